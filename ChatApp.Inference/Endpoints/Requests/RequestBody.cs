using System.Buffers;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Reads a JSON request body within bounds of size and depth.</summary>
internal static class RequestBody
{
    private const int MaximumDepth = 64;

    /// <exception cref="OpenAIException">Too large, compressed, not JSON, or not an object.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context, int limit)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
                "Send the body as it is, without Content-Encoding: compressed bodies are not accepted.", OpenAIError.InvalidRequest, Code: "unsupported_media_type"));
        }
        if (context.Request.ContentLength > limit)
            throw TooLarge(limit);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }
            if (read.IsCompleted)
            {
                try
                {
                    return Parse(read.Buffer);
                }
                finally
                {
                    // Also when it is refused: else the server could not use the connection again.
                    reader.AdvanceTo(read.Buffer.End);
                }
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static OpenAIException TooLarge(int limit) =>
        new(new OpenAIError(StatusCodes.Status413PayloadTooLarge, $"The request body is larger than {limit} bytes.", OpenAIError.InvalidRequest, Code: "request_too_large"));

    private static JsonDocument Parse(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
            throw OpenAIException.Invalid("The request has no body; a JSON object is expected.", code: "invalid_json");
        JsonDocument document;
        try
        {
            // The document must own its text: the sequence goes back to the server's pool.
            document = JsonDocument.Parse(body.ToArray(), new JsonDocumentOptions { MaxDepth = MaximumDepth });
        }
        catch (JsonException error)
        {
            throw OpenAIException.Invalid($"The request body is not valid JSON (nested at most {MaximumDepth} deep): {error.Message}", code: "invalid_json");
        }
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw OpenAIException.Invalid("The request body must be a JSON object.", code: "invalid_json");
    }
}
