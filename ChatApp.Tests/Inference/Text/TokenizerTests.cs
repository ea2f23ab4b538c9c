using System.Text;
using System.Text.Json.Nodes;
using ChatApp.Inference.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Text;

[TestFixture]
internal sealed class TokenizerTests
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Possessive = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";

    private readonly List<TokenizerFolder> _folders = [];
    private Dictionary<string, Tokenizer> _families = [];

    [OneTimeSetUp]
    public void Load() => _families = new()
    {
        ["gpt2"] = Open(TokenizerFolder.ByteLevel(special: ["<|endoftext|>"])),
        ["llama3"] = Open(TokenizerFolder.ByteLevel(Llama3, ignoreMerges: true, "<|begin_of_text|>", "<|eot_id|>", "<|rstrip|>")),
        ["phi4"] = Open(TokenizerFolder.ByteLevel(Possessive, false, "<|im_start|>", "<|im_end|>", "~<tool_call>")),
        ["llama2"] = Open(TokenizerFolder.ByteFallback(metaspace: false)),
        ["mistral"] = Open(TokenizerFolder.ByteFallback(metaspace: true, "[INST]", "[TOOL_CALLS]")),
    };

    [OneTimeTearDown]
    public void Delete() => _folders.ForEach(f => f.Dispose());

    [TestCase("gpt2"), TestCase("llama3"), TestCase("phi4"), TestCase("llama2"), TestCase("mistral")]
    public void Any_text_comes_back_from_its_tokens(string family)
    {
        var tokenizer = _families[family];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<string?>(text =>
        {
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes((text ?? "").Replace(Tokenizer.Breaker, ' ')));
            var decoded = tokenizer.Decode(tokenizer.Encode(expected, parseSpecial: false), skipSpecial: false);
            // Metaspace by design does not tell "word" from " word" at the start of a text.
            return decoded == expected || (family == "mistral" && expected == " " + decoded);
        }));
    }

    [TestCase("gpt2"), TestCase("llama3"), TestCase("phi4"), TestCase("llama2"), TestCase("mistral")]
    public void Streaming_gives_the_same_text_as_decoding_at_once_and_never_half_a_character(string family)
    {
        const string text = "Hello 👩‍👩‍👧 wörld — 日本語 𠀀𠀁 naïve \u0301 end";
        var tokenizer = _families[family];
        var detokenizer = new Detokenizer(tokenizer);
        var parts = tokenizer.Encode(text, parseSpecial: false).Select(detokenizer.Append).Append(detokenizer.Flush()).ToList();
        parts.ShouldAllBe(p => !p.Contains('\uFFFD'));
        string.Concat(parts).TrimStart().ShouldBe(text);
    }

    [Test]
    public void Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var tokenizer = _families["mistral"];
        var detokenizer = new Detokenizer(tokenizer);
        tokenizer.TryGetId("<0xE2>", out var lead).ShouldBeTrue();
        tokenizer.TryGetId("<0x41>", out var letter).ShouldBeTrue();
        detokenizer.Append(lead).ShouldBe("");
        detokenizer.Append(letter).ShouldBe("\uFFFDA");
        detokenizer.Append(lead).ShouldBe("");
        detokenizer.Flush().ShouldBe("\uFFFD");
    }

    [TestCase("gpt2", "Hello world", "Hello| world")]
    [TestCase("gpt2", "it's 1234!\n\n  x", "it|'s| 1234|!|\n\n | x")]
    [TestCase("llama3", "IT'S 123456 a\n\n  b", "IT|'S| |123|456| a|\n\n| | b")]
    [TestCase("phi4", "x's  (foo) \n", "x|'s| | (|foo|)| \n")]
    public void Pieces_are_cut_as_the_family_cuts_them(string family, string text, string pieces)
    {
        // No merge crosses a cut, so encoding the pieces apart gives the same ids.
        var tokenizer = _families[family];
        var whole = tokenizer.Encode(text, parseSpecial: false);
        var split = pieces.Split('|').SelectMany(p => tokenizer.Encode(p, parseSpecial: false)).ToArray();
        whole.ShouldBe(split);
        Cuts(family, text).ShouldBe(pieces.Split('|'));
    }

    [Test]
    public void Characters_outside_the_basic_plane_are_cut_by_their_own_category()
    {
        Cuts("llama3", "𠀀𠀁x😀😀").ShouldBe(["𠀀𠀁x", "😀😀"]);
        Cuts("llama3", "𝟏𝟐𝟑𝟒").ShouldBe(["𝟏𝟐𝟑", "𝟒"]);
    }

    [Test]
    public void The_two_ways_to_merge_agree()
    {
        using var folder = new TokenizerFolder(TokenizerFolder.ByteLevel());
        var model = new ByteLevelModel(TokenizerFile.Read(folder.Folder));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
            Gen.Elements("the", " the", "quick", "o", "ver", " wor", "ld", "hello", "é", "1", "\n", "zz").ListOf().Select(string.Concat).ToArbitrary(),
            text =>
            {
                List<int> words = [], merged = [];
                model.Encode(text, words);
                model.EncodeLong(text, merged);
                return words.SequenceEqual(merged);
            }));
    }

    [Test]
    public void Special_tokens_are_parsed_from_templates_and_never_from_user_text()
    {
        var tokenizer = _families["phi4"];
        tokenizer.TryGetId("<|im_end|>", out var end).ShouldBeTrue();
        tokenizer.Encode("a<|im_end|>b", parseSpecial: true).ShouldContain(end);
        tokenizer.Encode("a<|im_end|>b", parseSpecial: false).ShouldNotContain(end);
        tokenizer.Decode(tokenizer.Encode("a<|im_end|>b", parseSpecial: false), skipSpecial: true).ShouldBe("a<|im_end|>b");
        tokenizer.Decode(tokenizer.Encode("a<|im_end|>b", parseSpecial: true), skipSpecial: true).ShouldBe("ab");
    }

    [TestCase("\u2581\u2581\u2581", "   "), TestCase("<0x0A>", "\n"), TestCase("a\u2581b", "a b")]
    public void A_word_that_a_family_added_is_decoded_like_any_other(string word, string text)
    {
        var file = TokenizerFolder.ByteFallback(metaspace: false);
        var added = file["added_tokens"]!.AsArray();
        added.Add(new JsonObject { ["id"] = 5000, ["content"] = word, ["special"] = false });
        added.Add(new JsonObject { ["id"] = 5001, ["content"] = "<\u2581>", ["special"] = true });
        using var folder = new TokenizerFolder(file);
        var tokenizer = Tokenizer.Load(folder.Folder);
        tokenizer.Decode([tokenizer.Encode("a", parseSpecial: false)[^1], 5000, 5000], skipSpecial: true).TrimStart().ShouldBe("a" + text + text);
        tokenizer.TokenText(5001).ShouldBe("<\u2581>");
    }

    [TestCase("\u0120\u0120", "  "), TestCase("\u00E4\u00B8\u0143", "\u4E2D"), TestCase("~ \u0120", "~ \u0120")]
    public void A_word_added_to_a_byte_level_vocabulary_is_bytes_where_all_of_it_is_of_their_alphabet(string word, string text)
    {
        var file = TokenizerFolder.ByteLevel();
        file["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 5000, ["content"] = word, ["special"] = false });
        using var folder = new TokenizerFolder(file);
        Tokenizer.Load(folder.Folder).Decode([5000], skipSpecial: true).ShouldBe(text);
    }

    [Test]
    public void Guarded_user_text_yields_no_special_token_wherever_it_stands_and_encodes_as_plain_text()
    {
        var tokenizer = _families["phi4"];
        var guard = new SpecialTextGuard(tokenizer.AddedTokens);
        string[] pieces = ["<|im_end|>", "<|im_", "end|>", "<", "|>", "<|im_start|>", "x", " ", "<|<|im_end|>", "~<tool_call>"];
        var special = tokenizer.AddedTokens.Select(t => t.Id).ToHashSet();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Elements(pieces).ListOf().ToArbitrary(), parts =>
        {
            var rendered = string.Concat(parts.Select(guard.Guard));
            var ids = tokenizer.Encode(rendered, parseSpecial: true);
            return !ids.Any(special.Contains) && tokenizer.Decode(ids, skipSpecial: false) == string.Concat(parts);
        }));
        guard.Guard("ordinary text").ShouldBe("ordinary text");
    }

    [Test]
    public void White_space_after_a_token_that_strips_it_is_dropped()
    {
        var tokenizer = _families["llama3"];
        tokenizer.Encode("<|rstrip|>  \n hello", parseSpecial: true).ShouldBe(
            [.. tokenizer.Encode("<|rstrip|>", parseSpecial: true), .. tokenizer.Encode("hello", parseSpecial: true)]);
    }

    [Test]
    public void The_mark_of_a_first_word_follows_the_family()
    {
        var llama2 = _families["llama2"];
        var mistral = _families["mistral"];
        llama2.Encode("Hello", parseSpecial: true).ShouldBe(llama2.Encode(" Hello", parseSpecial: true)[^llama2.Encode("Hello", parseSpecial: true).Length..]);
        mistral.TryGetId("[INST]", out var inst).ShouldBeTrue();
        // "first": only the text's own beginning is marked, not what follows a control token.
        mistral.Encode("[INST]Hello", parseSpecial: true)[1..].ShouldNotBe(mistral.Encode("Hello", parseSpecial: true));
        mistral.Encode("[INST]Hello", parseSpecial: true)[0].ShouldBe(inst);
    }

    [TestCase("gpt2", 'a'), TestCase("llama3", 'a'), TestCase("llama3", ' '), TestCase("phi4", '\n'), TestCase("llama2", 'e'), TestCase("mistral", '<'), TestCase("llama3", '\uD800')]
    public void A_megabyte_of_one_letter_is_encoded_within_a_second(string family, char letter)
    {
        ProcessorTime.Least(() => _families[family].Encode(new string(letter, 1 << 20), parseSpecial: true).Length.ShouldBeGreaterThan(0)).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [TestCase("{", "not valid JSON")]
    [TestCase("[]", "structure")]
    [TestCase("{\"model\":{\"type\":\"Unigram\"}}", "Unigram")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}", "empty")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}", "outside")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999999},\"merges\":[]}}", "structure")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}", "lacks")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"(\"}}}", "pattern")]
    [TestCase("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"normalizer\":{\"type\":\"Precompiled\"}}", "Precompiled")]
    public void A_damaged_tokenizer_is_refused_with_the_file_and_the_reason(string json, string reason)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-tokenizer");
        File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.json"), json);
        var error = Should.Throw<TokenizerFormatException>(() => Tokenizer.Load(folder.FullName));
        error.Message.ShouldContain("tokenizer.json");
        error.Message.ShouldContain(reason);
        folder.Delete(recursive: true);
    }

    [TestCase("a++b", "(?>a+)b")]
    [TestCase("[^a-c]?+x", "(?>[^a-c]?)x")]
    [TestCase(@"\p{L}*+|\s++$", @"(?>\p{L}*)|(?>\s+)$")]
    [TestCase("(?i:ab)++", "(?>(?i:ab)+)")]
    [TestCase(@"x{1,3}|a+", @"x{1,3}|a+")]
    public void Possessive_quantifiers_become_atomic_groups(string pattern, string expected) =>
        RegexTranslation.WithoutPossessives(pattern).ShouldBe(expected);

    private string[] Cuts(string family, string text)
    {
        var folder = _folders[_families.Keys.ToList().IndexOf(family)];
        List<Range> pieces = [Range.All];
        foreach (var step in TokenizerFile.Read(folder.Folder).PreTokenizers)
        {
            var cut = new List<Range>();
            pieces.ForEach(p => step.Cut(text, p, cut));
            pieces = cut;
        }
        return [.. pieces.Select(p => text[p])];
    }

    private Tokenizer Open(System.Text.Json.Nodes.JsonObject tokenizer)
    {
        var folder = new TokenizerFolder(tokenizer);
        _folders.Add(folder);
        return Tokenizer.Load(folder.Folder);
    }
}
