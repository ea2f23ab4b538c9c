using System.Text.Json;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Embeddings;

/// <summary>What the files of a text encoder's folder say (the layout of sentence-transformers and its ONNX exports).</summary>
internal sealed record EncoderFolder
{
    private const int LongestText = 512;

    public required string ModelFile { get; init; }

    public required IReadOnlyList<string> Vocabulary { get; init; }

    public required bool Lowercase { get; init; }

    public required bool MeanPooling { get; init; }

    public required int MaximumTokens { get; init; }

    /// <exception cref="TokenizerFormatException">A file is missing or damaged; the message names it.</exception>
    public static EncoderFolder Read(string folder)
    {
        var model = new[] { "model.onnx", Path.Combine("onnx", "model.onnx") }.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists)
            ?? throw new TokenizerFormatException($"{folder} has no model.onnx (nor onnx/model.onnx): an encoder's folder needs it.");
        var tokenizer = Section(folder, "tokenizer_config.json");
        var pooling = Section(folder, Path.Combine("1_Pooling", "config.json"));
        var sentence = Section(folder, "sentence_bert_config.json");
        var config = Section(folder, "config.json");
        var longest = Number(sentence, "max_seq_length") ?? Number(config, "max_position_embeddings") ?? LongestText;
        return new EncoderFolder
        {
            ModelFile = model,
            Vocabulary = ReadVocabulary(folder),
            Lowercase = Flag(tokenizer, "do_lower_case") ?? true,
            MeanPooling = Flag(pooling, "pooling_mode_cls_token") != true,
            MaximumTokens = Math.Clamp(longest, 8, 8192),
        };
    }

    /// <summary>The WordPiece vocabulary by id: lines of <c>vocab.txt</c>, or <c>tokenizer.json</c>'s.</summary>
    private static List<string> ReadVocabulary(string folder)
    {
        var path = Path.Combine(folder, "vocab.txt");
        if (File.Exists(path))
            return [.. File.ReadLines(path)];
        path = Path.Combine(folder, "tokenizer.json");
        using var document = TokenizerFile.Parse(path);
        if (!document.RootElement.TryGetProperty("model", out var model) || !model.TryGetProperty("vocab", out var vocabulary)
            || vocabulary.ValueKind != JsonValueKind.Object || (model.TryGetProperty("type", out var type) && type.GetString() != "WordPiece"))
            throw new TokenizerFormatException($"{path}: an encoder's tokenizer must be WordPiece.");
        var entries = vocabulary.EnumerateObject().Select(e => (e.Name, Id: e.Value.GetInt32())).OrderBy(e => e.Id).ToList();
        if (entries.Where((e, i) => e.Id != i).Any())
            throw new TokenizerFormatException($"{path}: the ids of the vocabulary are not 0 to {entries.Count - 1}.");
        return entries.ConvertAll(e => e.Name);
    }

    private static JsonElement Section(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return default;
        using var document = TokenizerFile.Parse(path);
        return document.RootElement.Clone();
    }

    private static bool? Flag(JsonElement section, string name) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            ? value.GetBoolean() : null;

    private static int? Number(JsonElement section, string name) =>
        section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number : null;
}
