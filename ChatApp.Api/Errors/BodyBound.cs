using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Errors;

/// <summary>
/// Refuses a body that is compressed, which nobody here unpacks, and one that announces itself as too large, before any of it is read. The server then reads past it for a few
/// seconds without keeping it, so that a client that is still sending gets the answer instead of a broken connection.
/// </summary>
internal sealed class BodyBound(RequestDelegate next, IOptions<EdgeOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status415UnsupportedMediaType,
                "Send the body as it is, without Content-Encoding: compressed bodies are not accepted.", OpenAIError.InvalidRequest, Code: "unsupported_media_type"));
        }

        var most = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? options.Value.MaxRequestBytes;
        if (context.Request.ContentLength is not { } length || length <= most)
            return next(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
            bound.MaxRequestBodySize = null;
        throw new OpenAIException(new OpenAIError(StatusCodes.Status413PayloadTooLarge,
            $"The request body is larger than the {most} bytes that this server accepts here.",
            OpenAIError.InvalidRequest, Code: "request_too_large"));
    }
}
