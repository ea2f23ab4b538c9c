using System.Text.Encodings.Web;
using System.Text.Json;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>Constants of a schema as the JSON text that a model is to write.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Quote(string text) => JsonSerializer.Serialize(text, _plain);

    public static string Of(JsonElement value) => JsonSerializer.Serialize(value, _plain);
}
