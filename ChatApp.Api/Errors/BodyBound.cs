using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Errors;

/// <summary>
/// Refuses a body that announces itself as too large before any of it is read. The server then reads past it for a few
/// seconds without keeping it, so that a client that is still sending gets the answer instead of a broken connection.
/// </summary>
internal sealed class BodyBound(RequestDelegate next, IOptions<EdgeOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
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
