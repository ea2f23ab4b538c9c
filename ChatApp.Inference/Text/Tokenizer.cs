using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Text;

/// <summary>
/// Text to token ids and back, as the model's <c>tokenizer.json</c> says: byte-level BPE (GPT-2, Llama 3, Qwen, Phi-4),
/// BPE with byte fallback (Llama 2, Phi-3, Mistral, Gemma), and the WordPiece of encoders (BERT). Immutable and safe for concurrent use.
/// </summary>
public sealed class Tokenizer : ITokenText
{
    /// <summary>
    /// A noncharacter that breaks up a look-alike of a special token: ignored when encoding, but no added token matches across it.
    /// See <see cref="SpecialTextGuard"/>.
    /// </summary>
    internal const char Breaker = '\uFDD1';

    private readonly PieceModel _model;
    private readonly TextNormalizer[] _normalizers;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly AddedTokenMatcher _allAdded;
    private readonly AddedTokenMatcher _plainAdded;
    private readonly Dictionary<string, int> _ids;
    private readonly AddedToken?[] _addedById;
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly string?[] _texts;
    private readonly bool _stripsLeadingSpace;

    private Tokenizer(TokenizerFile file, SpecialTokenNames names)
    {
        _normalizers = [.. file.Normalizers];
        _preTokenizers = [.. file.PreTokenizers];
        _stripsLeadingSpace = file.StripsLeadingSpace;
        AddedTokens = file.AddedTokens;
        _allAdded = new AddedTokenMatcher(file.AddedTokens);
        _plainAdded = new AddedTokenMatcher(file.AddedTokens.Where(t => !t.Special));
        _model = file.WordPiece is { } wordPiece ? new WordPieceModel(file.Vocabulary, wordPiece)
            : file.ByteLevel ? new ByteLevelModel(file) : new ByteFallbackModel(file);

        VocabularySize = Math.Max(file.Vocabulary.Values.Max(), file.AddedTokens.Select(t => t.Id).DefaultIfEmpty(-1).Max()) + 1;
        _ids = file.Vocabulary;
        _addedById = new AddedToken?[VocabularySize];
        foreach (var token in file.AddedTokens)
        {
            _addedById[token.Id] = token;
            _ids[token.Content] = token.Id;
        }
        _texts = new string?[VocabularySize];
        (_bytes, _offsets) = LayOutBytes();

        BosToken = names.Bos;
        EosToken = names.Eos;
        PadToken = names.Pad;
        BosId = IdOf(names.Bos);
        EosId = IdOf(names.Eos);
        PadId = IdOf(names.Pad);
        Prefix = file.Prefix.Count > 0 ? file.Prefix : names.AddBos && BosId is { } bos ? [bos] : [];
        Suffix = file.Suffix;
        Truncation = file.Truncation;
    }

    /// <summary>One more than the highest token id; a model's logits may be wider (padding).</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens matched literally in text, control tokens among them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Text of the token a sequence begins with, or null.</summary>
    public string? BosToken { get; }

    /// <summary>Text of the token a sequence ends with, or null.</summary>
    public string? EosToken { get; }

    /// <summary>Text of the padding token, or null.</summary>
    public string? PadToken { get; }

    /// <summary>Id of <see cref="BosToken"/>, or null.</summary>
    public int? BosId { get; }

    /// <summary>Id of <see cref="EosToken"/>, or null. A model may name further ones in <c>genai_config.json</c>.</summary>
    public int? EosId { get; }

    /// <summary>Id of <see cref="PadToken"/>, or null.</summary>
    public int? PadId { get; }

    /// <summary>Ids put before a text that is not rendered by a chat template (Llama: the beginning-of-text token).</summary>
    public IReadOnlyList<int> Prefix { get; }

    /// <summary>Ids put after such a text.</summary>
    public IReadOnlyList<int> Suffix { get; }

    /// <summary>How whole sequences are cut, where the file says it.</summary>
    internal Truncation? Truncation { get; }

    /// <summary>Reads <c>tokenizer.json</c> and, when there, <c>tokenizer_config.json</c>.</summary>
    /// <param name="folder">A model folder.</param>
    /// <exception cref="TokenizerFormatException">A file is missing, damaged, or of a kind that is not supported.</exception>
    public static Tokenizer Load(string folder) => Create(TokenizerFile.Read(folder), SpecialTokenNames.Read(folder));

    /// <summary>The tokenizer of an encoder that need not lie in a folder of its own.</summary>
    /// <exception cref="TokenizerFormatException">Vocabulary and merges do not fit together.</exception>
    internal static Tokenizer Create(TokenizerFile file, SpecialTokenNames? names = null)
    {
        try
        {
            return new Tokenizer(file, names ?? SpecialTokenNames.None);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new TokenizerFormatException($"{file.Path}: vocabulary and merges do not fit together: {error.Message}", error);
        }
    }

    /// <summary>Token ids of a text, without the prefix and suffix of whole sequences.</summary>
    /// <param name="text">Any text; lone surrogates become U+FFFD.</param>
    /// <param name="parseSpecial">
    /// True where the text comes from a template and may hold control tokens; false for text from users, in which a look-alike of a control token stays text.
    /// </param>
    public int[] Encode(string text, bool parseSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WellFormed(text);
        var output = new List<int>(text.Length / 3 + 8);
        var matcher = parseSpecial ? _allAdded : _plainAdded;
        var at = 0;
        while (at < text.Length)
        {
            var token = matcher.Next(text, at, out var start, out var end);
            var textEnd = start;
            if (token is { StripLeft: true })
            {
                while (textEnd > at && char.IsWhiteSpace(text[textEnd - 1]))
                    textEnd--;
            }
            if (textEnd > at)
                EncodeStretch(text[at..textEnd], first: at == 0, output);
            if (token is null)
                break;
            output.Add(token.Id);
            at = end;
            while (token.StripRight && at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
        }
        return [.. output];
    }

    /// <summary>The bytes a token stands for in text (UTF-8, perhaps part of a character); empty for ids past the vocabulary.</summary>
    public ReadOnlySpan<byte> TokenBytes(int id) =>
        (uint)id < (uint)VocabularySize ? _bytes.AsSpan(_offsets[id], _offsets[id + 1] - _offsets[id]) : [];

    /// <summary>True for control tokens, which have no place in text shown to users.</summary>
    public bool IsSpecial(int id) => (uint)id < (uint)VocabularySize && _addedById[id] is { Special: true };

    /// <summary>The id of a token by its exact vocabulary entry or added text.</summary>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    /// <summary>The text of a token alone, U+FFFD in place of partial characters; for display in logprobs.</summary>
    public string TokenText(int id) => (uint)id >= (uint)VocabularySize ? "" : _texts[id] ??= Encoding.UTF8.GetString(TokenBytes(id));

    /// <inheritdoc/>
    public IDetokenizer CreateDetokenizer() => new Detokenizer(this);

    /// <summary>Text of a whole sequence of tokens.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var detokenizer = new Detokenizer(this, skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(detokenizer.Append(id));
        text.Append(detokenizer.Flush());
        return _stripsLeadingSpace && text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    /// <summary>The token's text when its bytes are whole characters, else null. Shared instances: no allocation after the first call.</summary>
    internal string? WholeText(int id)
    {
        var text = TokenText(id);
        return text.Contains('\uFFFD') ? null : text;
    }

    private static string WellFormed(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    private void EncodeStretch(string text, bool first, List<int> output)
    {
        if (text.Contains(Breaker))
        {
            text = text.Replace(Breaker.ToString(), "", StringComparison.Ordinal);
            if (text.Length == 0)
                return;
        }
        foreach (var normalizer in _normalizers)
            text = normalizer.Apply(text);
        foreach (var step in _preTokenizers)
            text = step.Rewrite(text, first);
        List<Range> pieces = [Range.All];
        List<Range> cut = [];
        foreach (var step in _preTokenizers)
        {
            cut.Clear();
            foreach (var piece in CollectionsMarshal.AsSpan(pieces))
                step.Cut(text, piece, cut);
            (pieces, cut) = (cut, pieces);
        }
        foreach (var piece in CollectionsMarshal.AsSpan(pieces))
            _model.Encode(text.AsSpan(piece), output);
    }

    private (byte[] Bytes, int[] Offsets) LayOutBytes()
    {
        var entries = new byte[VocabularySize][];
        foreach (var (entry, id) in _ids)
        {
            // A control token is its own name. A word that a family added (Gemma's runs of spaces) is decoded like any other.
            entries[id] = _addedById[id] is { Special: true } control ? Encoding.UTF8.GetBytes(control.Content) : _model.BytesOf(_addedById[id]?.Content ?? entry);
        }
        var offsets = new int[VocabularySize + 1];
        for (var id = 0; id < VocabularySize; id++)
            offsets[id + 1] = offsets[id] + (entries[id]?.Length ?? 0);
        var bytes = new byte[offsets[^1]];
        for (var id = 0; id < VocabularySize; id++)
            entries[id]?.CopyTo(bytes, offsets[id]);
        return (bytes, offsets);
    }

    private int? IdOf(string? token) => token is not null && _ids.TryGetValue(token, out var id) ? id : null;
}

/// <summary>The names of a model's begin, end and padding tokens, from <c>tokenizer_config.json</c>; a token is a string or an object with <c>content</c>.</summary>
internal sealed record SpecialTokenNames(string? Bos, string? Eos, string? Pad, bool AddBos)
{
    public static SpecialTokenNames None { get; } = new(null, null, null, false);

    public static SpecialTokenNames Read(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
            return None;
        using var document = TokenizerFile.Parse(path);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new TokenizerFormatException($"{path}: an object is expected.");
        var addBos = root.TryGetProperty("add_bos_token", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new SpecialTokenNames(Name(root, "bos_token"), Name(root, "eos_token"), Name(root, "pad_token"), addBos);
    }

    private static string? Name(JsonElement root, string property)
    {
        if (!root.TryGetProperty(property, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
            value = content;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
