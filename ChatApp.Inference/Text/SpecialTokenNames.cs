using System.Text.Json;

namespace ChatApp.Inference.Text;

/// <summary>The names of a model's begin, end and padding tokens, from <c>tokenizer_config.json</c>; a token is a string or an object with <c>content</c>.</summary>
internal sealed record SpecialTokenNames(string? Bos, string? Eos, string? Pad, bool AddBos)
{
    public static SpecialTokenNames Read(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
            return new SpecialTokenNames(null, null, null, false);
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
