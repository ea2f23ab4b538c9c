using System.Text.Json;

namespace ChatApp.Inference.Models;

/// <summary>
/// The part of ONNX Runtime GenAI's <c>genai_config.json</c> that a decoder needs. Every number is bounded, so that sizes
/// computed from them cannot overflow.
/// </summary>
internal sealed record GenaiConfig
{
    private const long MaxFileBytes = 1 << 20;

    public required string Type { get; init; }
    public required string FileName { get; init; }
    public required int ContextLength { get; init; }
    public required int VocabularySize { get; init; }
    public required int Layers { get; init; }
    public required int KvHeads { get; init; }
    public required int HeadSize { get; init; }
    public required IReadOnlyList<int> EosTokenIds { get; init; }
    public required string InputIds { get; init; }
    public required string AttentionMask { get; init; }
    public required string PositionIds { get; init; }
    public required string PastKey { get; init; }
    public required string PastValue { get; init; }
    public required string Logits { get; init; }
    public required string PresentKey { get; init; }
    public required string PresentValue { get; init; }

    /// <summary>Reads and checks a model folder's configuration.</summary>
    /// <exception cref="ModelLoadException">It is missing, not JSON, or a value is absent or out of range.</exception>
    public static GenaiConfig Read(string folder)
    {
        var path = Path.Combine(folder, "genai_config.json");
        if (!Directory.Exists(folder))
            throw new ModelLoadException($"The model folder '{folder}' does not exist.");
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new ModelLoadException($"'{path}' does not exist; a model folder in ONNX Runtime GenAI's layout has one beside its ONNX file.");
        if (file.Length > MaxFileBytes)
            throw new ModelLoadException($"'{path}' has {file.Length} bytes; at most {MaxFileBytes} are accepted.");

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
            return Read(new Node(document.RootElement, path, ""));
        }
        catch (JsonException e)
        {
            throw new ModelLoadException($"'{path}' is not valid JSON: {e.Message}", e);
        }
    }

    private static GenaiConfig Read(Node root)
    {
        var model = root.Object("model");
        var decoder = model.Object("decoder");
        var inputs = decoder.Optional("inputs");
        var outputs = decoder.Optional("outputs");
        var heads = decoder.Integer("num_attention_heads", 1, 1024);
        var vocabulary = model.Integer("vocab_size", 2, 1 << 21);
        return new GenaiConfig
        {
            Type = model.Text("type", "decoder"),
            FileName = FileNameOf(decoder),
            ContextLength = model.Integer("context_length", 2, 1 << 24),
            VocabularySize = vocabulary,
            Layers = decoder.Integer("num_hidden_layers", 1, 512),
            KvHeads = decoder.Has("num_key_value_heads") ? decoder.Integer("num_key_value_heads", 1, 1024) : heads,
            HeadSize = decoder.Integer("head_size", 1, 4096),
            EosTokenIds = model.Integers("eos_token_id", 0, vocabulary - 1),
            InputIds = inputs.Text("input_ids", "input_ids"),
            AttentionMask = inputs.Text("attention_mask", "attention_mask"),
            PositionIds = inputs.Text("position_ids", "position_ids"),
            PastKey = inputs.Text("past_key_names", "past_key_values.%d.key"),
            PastValue = inputs.Text("past_value_names", "past_key_values.%d.value"),
            Logits = outputs.Text("logits", "logits"),
            PresentKey = outputs.Text("present_key_names", "present.%d.key"),
            PresentValue = outputs.Text("present_value_names", "present.%d.value"),
        };
    }

    private static string FileNameOf(Node decoder)
    {
        var name = decoder.Text("filename", "model.onnx");
        return name.Length > 0 && name is not ("." or "..") && name == Path.GetFileName(name) && !name.Contains('\\')
            ? name
            : throw decoder.Wrong("filename", $"is '{name}'; it must name a file in the model's own folder");
    }

    private readonly record struct Node(JsonElement? Element, string Path, string Name)
    {
        private string Under(string key) => Name.Length == 0 ? key : $"{Name}.{key}";

        public ModelLoadException Wrong(string key, string what) => new($"'{Path}': {Under(key)} {what}.");

        public bool Has(string key) => Find(key) is not null;

        private JsonElement? Find(string key) =>
            Element is { ValueKind: JsonValueKind.Object } e && e.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        public Node Object(string key) =>
            Find(key) is { ValueKind: JsonValueKind.Object } value ? new(value, Path, Under(key)) : throw Wrong(key, "must be an object");

        public Node Optional(string key) => Has(key) ? Object(key) : new(null, Path, Under(key));

        public int Integer(string key, int least, int most) =>
            Find(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number >= least && number <= most
                ? number
                : throw Wrong(key, $"must be a whole number from {least} to {most}");

        public List<int> Integers(string key, int least, int most)
        {
            if (Find(key) is not { } value)
                return [];
            if (value.ValueKind != JsonValueKind.Array)
                return [Integer(key, least, most)];
            if (value.GetArrayLength() > 64)
                throw Wrong(key, "has more than 64 entries");

            var numbers = new List<int>();
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var number) || number < least || number > most)
                    throw Wrong(key, $"must hold whole numbers from {least} to {most}");
                numbers.Add(number);
            }

            return numbers;
        }

        public string Text(string key, string absent) => Find(key) switch
        {
            null => absent,
            { ValueKind: JsonValueKind.String } value when value.GetString() is { Length: <= 256 } text => text,
            _ => throw Wrong(key, "must be a text of at most 256 characters"),
        };
    }
}
