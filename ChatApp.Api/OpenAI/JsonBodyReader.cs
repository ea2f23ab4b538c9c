using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Api.Errors;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.OpenAI;

/// <summary>Reads a request's JSON object within the edge's bounds of size, depth and time.</summary>
internal sealed class JsonBodyReader(IOptions<EdgeOptions> options)
{
    private readonly JsonDocumentOptions _json = new() { MaxDepth = options.Value.MaxJsonDepth };
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(options.Value.BodySeconds);

    /// <returns>The object, or the error that says where the body is not one.</returns>
    public async Task<(JsonDocument? Body, OpenAIError? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return (null, new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
                "Send the body as application/json.", OpenAIError.InvalidRequest, Code: "unsupported_media_type"));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        try
        {
            var body = await JsonDocument.ParseAsync(request.Body, _json, patience.Token);
            var error = body.RootElement.ValueKind == JsonValueKind.Object
                ? BrokenText(body.RootElement)
                : OpenAIError.Invalid("The body must be a JSON object.", code: "invalid_json");
            if (error is null)
                return (body, null);
            body.Dispose();
            return (null, error);
        }
        catch (JsonException exception)
        {
            return (null, OpenAIError.Invalid(
                $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} (or is nested deeper than {_json.MaxDepth}).",
                code: "invalid_json"));
        }
        catch (InvalidOperationException)
        {
            return (null, OpenAIError.Invalid("The body is not valid UTF-8.", code: "invalid_json"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new OpenAIError(StatusCodes.Status408RequestTimeout,
                $"The body did not arrive within {_patience.TotalSeconds} s.", OpenAIError.InvalidRequest, Code: "request_timeout"));
        }
    }

    // JSON may escape half of a surrogate pair, which is no character: whoever reads such a text later fails.
    private static OpenAIError? BrokenText(JsonElement body)
    {
        var raw = JsonMarshal.GetRawUtf8Value(body);
        if (raw.IndexOf("\\ud"u8) < 0 && raw.IndexOf("\\uD"u8) < 0)
            return null;
        string? field = null;
        try
        {
            foreach (var property in body.EnumerateObject())
            {
                field = null;
                field = property.Name;
                ReadTexts(property.Value);
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return OpenAIError.Invalid($"{(field is null ? "The name of a field" : $"'{field}'")} holds half of a surrogate pair, which is no character.", field, "invalid_value");
        }
    }

    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    ReadTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }
}
