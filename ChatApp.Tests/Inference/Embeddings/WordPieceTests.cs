using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Inference.Text;

namespace ChatApp.Tests.Inference.Embeddings;

/// <summary>Hard texts and the ids that Hugging Face's own tokenizer (its Rust library, by npm's @anush008/tokenizers) gives them with the same file.</summary>
[TestFixture]
internal sealed class WordPieceTests
{
    private static readonly JsonObject _recorded =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Inference", "Embeddings", "wordpiece-cases.json")))!.AsObject();

    [TestCase(true, null), TestCase(false, null), TestCase(true, 8)]
    public void Texts_become_the_ids_that_hugging_face_gives_them(bool lowercase, int? truncation)
    {
        var tokenizer = Load(lowercase, truncation);
        var most = (tokenizer.Truncation?.MaximumTokens ?? int.MaxValue) - 2;
        foreach (var (text, expected) in Cases(lowercase, truncation))
            Enclosed(tokenizer, tokenizer.Encode(text, parseSpecial: true).Take(most)).ShouldBe(expected, JsonSerializer.Serialize(text));
    }

    [Test]
    public void A_list_of_words_alone_is_read_as_berts_tokenizer_reads_it()
    {
        var words = _recorded["tokenizer"]!["model"]!["vocab"]!.AsObject().OrderBy(entry => (int)entry.Value!).Select(entry => entry.Key);
        var tokenizer = Tokenizer.Create(TokenizerFile.OfWords(words, new BertText(true, true, true, true), "vocab.txt"));
        foreach (var (text, expected) in Cases(lowercase: true, truncation: null))
            Enclosed(tokenizer, tokenizer.Encode(text, parseSpecial: true)).ShouldBe(expected, JsonSerializer.Serialize(text));
    }

    [Test]
    public void Less_and_more_line_ends_and_currencies_are_told_apart()
    {
        var tokenizer = Load(lowercase: true, truncation: null);
        string[] texts = ["x < 5", "x > 5", "x = 5", "x 5", "$5", "€5", "new\nline", "newline", "caf\u00E9 x", "x"];
        texts.Select(text => string.Join(' ', tokenizer.Encode(text, parseSpecial: true))).Distinct().Count().ShouldBe(texts.Length);
    }

    private static int[] Enclosed(Tokenizer tokenizer, IEnumerable<int> ids) => [.. tokenizer.Prefix, .. ids, .. tokenizer.Suffix];

    private static Tokenizer Load(bool lowercase, int? truncation)
    {
        var file = _recorded["tokenizer"]!.DeepClone();
        file["normalizer"]!["lowercase"] = lowercase;
        file["truncation"] = truncation is null ? null : new JsonObject { ["max_length"] = truncation, ["direction"] = "Right" };
        using var document = JsonDocument.Parse(file.ToJsonString());
        return Tokenizer.Create(TokenizerFile.Read(document.RootElement, "tokenizer.json"));
    }

    private static IEnumerable<(string Text, int[] Ids)> Cases(bool lowercase, int? truncation) => _recorded["cases"]!.AsArray()
        .Where(item => (bool)item!["lower"]! == lowercase && (int?)item["truncation"] == truncation)
        .Select(item => ((string)item!["text"]!, item["ids"]!.AsArray().Select(id => (int)id!).ToArray()));
}
