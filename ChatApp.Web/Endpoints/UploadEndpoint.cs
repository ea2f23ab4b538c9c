using System.Net.Http.Headers;
using ChatApp.Web.Api;
using ChatApp.Web.Sessions;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Web.Endpoints;

/// <summary>Takes a file from the composer and passes it on to the Api as it comes, which says what it takes and how much.</summary>
internal static class UploadEndpoint
{
    public static void MapUploads(this WebApplication app) => app.MapPost("/upload", UploadAsync).DisableAntiforgery();

    private static async Task<IResult> UploadAsync(HttpContext context, ApiConnection api)
    {
        // A form of another site can send a multipart body; its browser says where the form stands.
        if (!PageOrigin.IsOwn(context.Request) || !context.Request.HasFormContentType)
            return Results.Problem("Only a page of this server may ask for this.", statusCode: StatusCodes.Status403Forbidden);
        try
        {
            if (!await DownloadEndpoints.EnterAsync(context, api))
                return Results.Problem("Your session has ended. Reload the page.", statusCode: StatusCodes.Status401Unauthorized);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = null;

            using var body = new StreamContent(context.Request.Body);
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
            body.Headers.ContentLength = context.Request.ContentLength;
            using var answer = await api.PassOnAsync("/api/files", body, context.RequestAborted);
            return Results.Text(await answer.Content.ReadAsStringAsync(context.RequestAborted), "application/json", statusCode: StatusCodes.Status201Created);
        }
        catch (ApiException exception)
        {
            return Results.Problem(exception.Message, statusCode: (int)(exception.Status ?? System.Net.HttpStatusCode.ServiceUnavailable));
        }
    }
}
