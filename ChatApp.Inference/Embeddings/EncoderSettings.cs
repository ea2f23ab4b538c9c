using System.Text;
using System.Text.Json;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Embeddings;

/// <summary>What the files of a text encoder say (the layout of sentence-transformers and its ONNX exports).</summary>
internal sealed record EncoderSettings
{
    private const int LongestText = 512;

    public required Tokenizer Tokenizer { get; init; }

    public required bool MeanPooling { get; init; }

    public required Truncation Truncation { get; init; }

    /// <exception cref="TokenizerFormatException">A file is missing or damaged; the message names it.</exception>
    public static EncoderSettings Read(EncoderFiles files)
    {
        var pooling = Section(files, "1_Pooling/config.json");
        var tokenizer = ReadTokenizer(files);
        var longest = Number(Section(files, "sentence_bert_config.json"), "max_seq_length") ?? Number(Section(files, "config.json"), "max_position_embeddings") ?? LongestText;
        return new EncoderSettings
        {
            Tokenizer = tokenizer,
            MeanPooling = Flag(pooling, "pooling_mode_cls_token") != true,
            Truncation = tokenizer.Truncation is { MaximumTokens: > 2 } own ? own : new Truncation(Math.Clamp(longest, 8, 8192), FromLeft: false),
        };
    }

    /// <summary>The tokenizer that <c>tokenizer.json</c> describes, or BERT's own with the words of <c>vocab.txt</c>.</summary>
    private static Tokenizer ReadTokenizer(EncoderFiles files)
    {
        if (files.Has("tokenizer.json"))
            return Tokenizer.Create(TokenizerFile.Read(Section(files, "tokenizer.json"), files.PlaceOf("tokenizer.json")));
        if (!files.Has("vocab.txt"))
            throw new TokenizerFormatException($"{files.Path} has neither tokenizer.json nor vocab.txt: an encoder needs one of them.");
        var config = Section(files, "tokenizer_config.json");
        var lowercase = Flag(config, "do_lower_case") ?? true;
        var text = new BertText(Clean: true, Flag(config, "tokenize_chinese_chars") ?? true, Flag(config, "strip_accents") ?? lowercase, lowercase);
        var words = Encoding.UTF8.GetString(files.Read("vocab.txt")).TrimEnd('\n').Split('\n');
        return Tokenizer.Create(TokenizerFile.OfWords(words, text, files.PlaceOf("vocab.txt")));
    }

    private static JsonElement Section(EncoderFiles files, string name)
    {
        if (!files.Has(name))
            return default;
        try
        {
            using var document = JsonDocument.Parse(files.Read(name), new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new TokenizerFormatException($"{files.PlaceOf(name)} is not valid JSON (truncated?): {error.Message}", error);
        }
    }

    private static bool? Flag(JsonElement section, string name) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            ? value.GetBoolean() : null;

    private static int? Number(JsonElement section, string name) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number : null;
}
