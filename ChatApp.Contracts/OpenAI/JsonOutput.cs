using System.Text.Encodings.Web;
using System.Text.Json;

namespace ChatApp.Contracts.OpenAI;

/// <summary>How JSON is written: compact, text beyond ASCII as it is. Responses are <c>application/json</c> or event streams, never HTML.</summary>
public static class JsonOutput
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}
