using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatApp.Inference.Text;

/// <summary>
/// What <c>tokenizer.json</c> (Hugging Face's format) and <c>tokenizer_config.json</c> say, read and checked.
/// Throws <see cref="TokenizerFormatException"/> naming the file and the part that is missing, damaged or of an unknown kind.
/// </summary>
internal sealed class TokenizerFile
{
    private const long MaximumBytes = 256L << 20;
    private const int MaximumId = 4_000_000;
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private TokenizerFile(string path) => Path = path;

    /// <summary>Where it was read, for messages.</summary>
    public string Path { get; }

    public Dictionary<string, int> Vocabulary { get; } = [];
    public List<(string Left, string Right)> Merges { get; } = [];
    public List<AddedToken> AddedTokens { get; } = [];
    public List<TextNormalizer> Normalizers { get; } = [];
    public List<PreTokenizer> PreTokenizers { get; } = [];
    public List<int> Prefix { get; } = [];
    public List<int> Suffix { get; } = [];
    public bool ByteLevel { get; private set; }
    public bool IgnoreMerges { get; private set; }
    public bool FuseUnknown { get; private set; }
    public string? UnknownToken { get; private set; }
    public bool StripsLeadingSpace { get; private set; }

    /// <summary>How words are cut, where the model is WordPiece.</summary>
    public WordPieceRules? WordPiece { get; private set; }

    /// <summary>How a whole sequence is cut, where the file says it.</summary>
    public Truncation? Truncation { get; private set; }

    public static TokenizerFile Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, "tokenizer.json");
        using var document = Parse(path);
        return Read(document.RootElement, path);
    }

    /// <summary>Reads a <c>tokenizer.json</c> that is parsed already; <paramref name="path"/> is for messages.</summary>
    public static TokenizerFile Read(JsonElement root, string path)
    {
        var file = new TokenizerFile(path);
        try
        {
            file.ReadRoot(root);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw file.Damaged("its structure is not that of a tokenizer", error);
        }
        return file;
    }

    /// <summary>What BERT's own tokenizer does with the words of a <c>vocab.txt</c>, one a line in the order of their ids.</summary>
    public static TokenizerFile OfWords(IEnumerable<string> words, BertText text, string path)
    {
        var file = new TokenizerFile(path) { WordPiece = new WordPieceRules("[UNK]", "##", WordPieceRules.LongestWord) };
        var id = 0;
        foreach (var word in words)
            file.Vocabulary[word.TrimEnd()] = id++;
        foreach (var name in (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        {
            if (file.Vocabulary.TryGetValue(name, out var special))
                file.AddedTokens.Add(new AddedToken(special, name, Special: true, StripLeft: false, StripRight: false, SingleWord: false));
        }
        if (!file.Vocabulary.TryGetValue("[CLS]", out var start) || !file.Vocabulary.TryGetValue("[SEP]", out var end) || !file.Vocabulary.ContainsKey("[UNK]"))
            throw file.Damaged("a WordPiece vocabulary needs [CLS], [SEP] and [UNK]");
        file.Normalizers.Add(new TextNormalizer.Bert(text));
        file.PreTokenizers.Add(new PreTokenizer.Bert());
        file.Prefix.Add(start);
        file.Suffix.Add(end);
        return file;
    }

    /// <summary>Parses a JSON file of a model folder, with a clear error when it is absent, too large or not JSON.</summary>
    public static JsonDocument Parse(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new TokenizerFormatException($"{path} is missing: a model folder needs it.");
        if (info.Length > MaximumBytes)
            throw new TokenizerFormatException($"{path} has {info.Length} bytes; the most that is read is {MaximumBytes}.");
        try
        {
            using var stream = info.OpenRead();
            return JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException error)
        {
            throw new TokenizerFormatException($"{path} is not valid JSON (truncated?): {error.Message}", error);
        }
    }

    /// <summary>The merges as ids, lowest rank first.</summary>
    public IEnumerable<(int Left, int Right, int Result)> MergeIds() =>
        Merges.Select(m => (Id(m.Left), Id(m.Right), Id(m.Left + m.Right)));

    private int Id(string entry) =>
        Vocabulary.TryGetValue(entry, out var id) ? id : throw Damaged($"a merge uses '{entry}', which the vocabulary lacks");

    private TokenizerFormatException Damaged(string what, Exception? inner = null) => new($"{Path}: {what}.", inner);

    private void ReadRoot(JsonElement root)
    {
        var model = root.GetProperty("model");
        var type = Text(model, "type") ?? "BPE";
        switch (type)
        {
            case "BPE":
                ReadBytePairs(model);
                break;
            case "WordPiece":
                ReadVocabulary(model);
                WordPiece = new WordPieceRules(Text(model, "unk_token") ?? "[UNK]", Text(model, "continuing_subword_prefix") ?? "##",
                    model.TryGetProperty("max_input_chars_per_word", out var longest) ? longest.GetInt32() : WordPieceRules.LongestWord);
                if (!Vocabulary.ContainsKey(WordPiece.Unknown))
                    throw Damaged($"the vocabulary lacks its token for unknown words, '{WordPiece.Unknown}'");
                break;
            default:
                throw Damaged($"model type '{type}' is not supported; known are BPE and WordPiece");
        }
        ReadAddedTokens(root);
        if (Section(root, "normalizer") is { } normalizer)
            ReadNormalizer(normalizer);
        if (Section(root, "pre_tokenizer") is { } preTokenizer)
            ReadPreTokenizer(preTokenizer);
        if (Section(root, "decoder") is { } decoder)
            ReadDecoder(decoder);
        ByteLevel |= PreTokenizers.OfType<PreTokenizer.ByteLevel>().Any();
        if (Section(root, "post_processor") is { } postProcessor)
            ReadPostProcessor(postProcessor);
        if (Section(root, "truncation") is { } truncation)
            Truncation = new Truncation(truncation.GetProperty("max_length").GetInt32(), Text(truncation, "direction") == "Left");
    }

    private void ReadVocabulary(JsonElement model)
    {
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
        {
            var id = entry.Value.GetInt32();
            if (id is < 0 or > MaximumId)
                throw Damaged($"token '{entry.Name}' has id {id}, outside 0 to {MaximumId}");
            Vocabulary[entry.Name] = id;
        }
        if (Vocabulary.Count == 0)
            throw Damaged("the vocabulary is empty");
    }

    private void ReadBytePairs(JsonElement model)
    {
        ReadVocabulary(model);
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
            {
                Merges.Add((merge[0].GetString()!, merge[1].GetString()!));
                continue;
            }
            var text = merge.GetString()!;
            var space = text.IndexOf(' ');
            if (space <= 0)
                throw Damaged($"the merge '{text}' is not a pair");
            Merges.Add((text[..space], text[(space + 1)..]));
        }
        IgnoreMerges = Flag(model, "ignore_merges");
        FuseUnknown = Flag(model, "fuse_unk");
        UnknownToken = Text(model, "unk_token");
    }

    private void ReadAddedTokens(JsonElement root)
    {
        if (Section(root, "added_tokens") is not { } tokens)
            return;
        foreach (var token in tokens.EnumerateArray())
        {
            var id = token.GetProperty("id").GetInt32();
            if (id is < 0 or > MaximumId)
                throw Damaged($"an added token has id {id}, outside 0 to {MaximumId}");
            AddedTokens.Add(new AddedToken(id, token.GetProperty("content").GetString()!, Flag(token, "special"),
                Flag(token, "lstrip"), Flag(token, "rstrip"), Flag(token, "single_word")));
        }
    }

    private void ReadNormalizer(JsonElement element)
    {
        var type = Text(element, "type");
        switch (type)
        {
            case "Sequence":
                foreach (var step in element.GetProperty("normalizers").EnumerateArray())
                    ReadNormalizer(step);
                break;
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                Normalizers.Add(new TextNormalizer.Unicode(type switch
                {
                    "NFC" => NormalizationForm.FormC,
                    "NFD" => NormalizationForm.FormD,
                    "NFKC" => NormalizationForm.FormKC,
                    _ => NormalizationForm.FormKD,
                }));
                break;
            case "Prepend":
                Normalizers.Add(new TextNormalizer.Prepend(Text(element, "prepend") ?? ""));
                break;
            case "Replace":
                var content = Text(element, "content") ?? "";
                Normalizers.Add(Literal(element.GetProperty("pattern")) is { } literal
                    ? new TextNormalizer.Replace(literal, content)
                    : new TextNormalizer.ReplacePattern(Pattern(element.GetProperty("pattern")), content));
                break;
            case "Lowercase":
                Normalizers.Add(new TextNormalizer.Lowercase());
                break;
            case "Strip":
                Normalizers.Add(new TextNormalizer.Strip(Flag(element, "strip_left"), Flag(element, "strip_right")));
                break;
            case "StripAccents":
                Normalizers.Add(new TextNormalizer.StripAccents());
                break;
            case "BertNormalizer":
                var lowercase = Flag(element, "lowercase", absent: true);
                var strip = Section(element, "strip_accents") is { } accents ? accents.ValueKind == JsonValueKind.True : lowercase;
                Normalizers.Add(new TextNormalizer.Bert(new BertText(Flag(element, "clean_text", absent: true), Flag(element, "handle_chinese_chars", absent: true), strip, lowercase)));
                break;
            default:
                throw Damaged($"normalizer '{type}' is not supported");
        }
    }

    private void ReadPreTokenizer(JsonElement element)
    {
        var type = Text(element, "type");
        switch (type)
        {
            case "Sequence":
                foreach (var step in element.GetProperty("pretokenizers").EnumerateArray())
                    ReadPreTokenizer(step);
                break;
            case "ByteLevel":
                var cut = Flag(element, "use_regex", absent: true) ? SplitAt(Gpt2Pattern) : null;
                PreTokenizers.Add(new PreTokenizer.ByteLevel(Flag(element, "add_prefix_space"), cut));
                break;
            case "Metaspace":
                var scheme = Text(element, "prepend_scheme") ?? (Flag(element, "add_prefix_space", absent: true) ? "always" : "never");
                PreTokenizers.Add(new PreTokenizer.Metaspace(Text(element, "replacement") ?? "\u2581", scheme, Flag(element, "split", absent: true)));
                break;
            case "Split":
                if (!Enum.TryParse<PreTokenizer.Behavior>(Text(element, "behavior"), out var behavior))
                    throw Damaged($"pre_tokenizer Split has behavior '{Text(element, "behavior")}', which is not supported");
                PreTokenizers.Add(new PreTokenizer.Split(Pattern(element.GetProperty("pattern")), behavior, Flag(element, "invert")));
                break;
            case "BertPreTokenizer":
                PreTokenizers.Add(new PreTokenizer.Bert());
                break;
            case "Digits":
                PreTokenizers.Add(SplitAt(Flag(element, "individual_digits") ? @"\p{N}" : @"\p{N}+"));
                break;
            case "Punctuation":
                PreTokenizers.Add(SplitAt(@"[\p{P}$+<=>^`|~]"));
                break;
            default:
                throw Damaged($"pre_tokenizer '{type}' is not supported");
        }
    }

    private void ReadDecoder(JsonElement element)
    {
        switch (Text(element, "type"))
        {
            case "Sequence":
                foreach (var step in element.GetProperty("decoders").EnumerateArray())
                    ReadDecoder(step);
                break;
            case "ByteLevel":
                ByteLevel = true;
                break;
            case "Strip":
                StripsLeadingSpace |= Text(element, "content") == " " && element.GetProperty("start").GetInt32() > 0;
                break;
            case "Metaspace":
                StripsLeadingSpace |= Text(element, "prepend_scheme") != "never";
                break;
        }
    }

    private void ReadPostProcessor(JsonElement element)
    {
        switch (Text(element, "type"))
        {
            case "Sequence":
                foreach (var step in element.GetProperty("processors").EnumerateArray())
                    ReadPostProcessor(step);
                break;
            case "TemplateProcessing":
                var target = Prefix;
                foreach (var piece in element.GetProperty("single").EnumerateArray())
                {
                    if (piece.TryGetProperty("Sequence", out _))
                        target = Suffix;
                    else
                        target.AddRange(element.GetProperty("special_tokens").GetProperty(piece.GetProperty("SpecialToken").GetProperty("id").GetString()!)
                            .GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
                }
                break;
            case "BertProcessing" or "RobertaProcessing":
                Prefix.Add(element.GetProperty("cls")[1].GetInt32());
                Suffix.Add(element.GetProperty("sep")[1].GetInt32());
                break;
        }
    }

    private PreTokenizer.Split SplitAt(string pattern) =>
        new(RegexTranslation.Compile(pattern, Path), PreTokenizer.Behavior.Isolated, Invert: false);

    private Regex Pattern(JsonElement pattern) => RegexTranslation.Compile(
        Literal(pattern) is { } literal ? Regex.Escape(literal) : pattern.GetProperty("Regex").GetString()!, Path);

    private static string? Literal(JsonElement pattern) =>
        pattern.ValueKind == JsonValueKind.String ? pattern.GetString() : pattern.TryGetProperty("String", out var text) ? text.GetString() : null;

    private static JsonElement? Section(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement parent, string name, bool absent = false) =>
        parent.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.True : absent;
}

/// <summary>How a sequence that is too long is cut: to so many tokens, those of its start and end among them; from the left or the right.</summary>
internal sealed record Truncation(int MaximumTokens, bool FromLeft);

/// <summary>A tokenizer's or template's files are missing, damaged or of a kind this engine does not know; the message names the file and the part.</summary>
public sealed class TokenizerFormatException(string message, Exception? inner = null) : Exception(message, inner);
