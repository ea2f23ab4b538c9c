using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.OpenAI;

/// <summary>Reads a request's JSON object within the edge's bounds.</summary>
internal sealed class JsonBodyReader(IOptions<EdgeOptions> options)
{
    private readonly JsonDocumentOptions _json = new() { MaxDepth = options.Value.MaxJsonDepth };

    /// <returns>The object, or the error that says where the body is not one.</returns>
    public async Task<(JsonDocument? Body, OpenAIError? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return (null, new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
                "Send the body as application/json.", OpenAIError.InvalidRequest, Code: "unsupported_media_type"));
        }

        try
        {
            var body = await JsonDocument.ParseAsync(request.Body, _json, cancellationToken);
            if (body.RootElement.ValueKind == JsonValueKind.Object)
                return (body, null);
            body.Dispose();
            return (null, OpenAIError.Invalid("The body must be a JSON object.", code: "invalid_json"));
        }
        catch (JsonException exception)
        {
            return (null, OpenAIError.Invalid(
                $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} (or is nested deeper than {_json.MaxDepth}).",
                code: "invalid_json"));
        }
    }
}
