using System.Net;
using ChatApp.Web.Api;
using ChatApp.Web.Chat;
using ChatApp.Web.Localization;
using ChatApp.Web.Sessions;
using ChatApp.Web.Turns;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Endpoints;

/// <summary>What a person takes along as a file. A circuit cannot give one; these pass on what the Api writes.</summary>
internal static class DownloadEndpoints
{
    private const string Path = "/download";

    /// <summary>Pictures that run nothing; SVG is none of them.</summary>
    private static readonly string[] ShownImages = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    public static void MapDownloads(this WebApplication app)
    {
        var group = app.MapGroup(Path);
        group.MapGet("/account", (HttpContext context, ApiConnection api) =>
            AnswerAsync(context, api, () => PassOnAsync(context, api, "/api/me/export", "chatapp-account.json")));
        group.MapGet("/file/{id}", (string id, HttpContext context, ApiConnection api) => AnswerAsync(context, api, () => FileAsync(id, context, api)));
        group.MapGet("/conversation/{id}", (string id, string? form, HttpContext context, ApiConnection api, ConversationsClient conversations, IStringLocalizer<UiText> text) =>
            AnswerAsync(context, api, () => form == "markdown"
                ? MarkdownAsync(id, context, conversations, text)
                : JsonAsync(id, context, api, conversations)));
    }

    /// <summary>Whether this browser may ask the Api, with its session set where it has one.</summary>
    internal static async Task<bool> EnterAsync(HttpContext context, ApiConnection api)
    {
        api.Session = await SessionGate.PresentAsync(context);
        return api.Session is not null;
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, ApiConnection api, Func<Task<IResult>> write)
    {
        try
        {
            if (!await EnterAsync(context, api))
                return Results.Problem("Open the page first: this browser has no session.", statusCode: StatusCodes.Status401Unauthorized);
            return await write();
        }
        catch (ApiException exception)
        {
            return Results.Problem(exception.Message, statusCode: (int)(exception.Status ?? HttpStatusCode.ServiceUnavailable));
        }
    }

    /// <summary>A file of a message, with the name and type that the Api gives it: images to be shown, everything else to be saved.</summary>
    private static async Task<IResult> FileAsync(string id, HttpContext context, ApiConnection api)
    {
        var response = await api.OpenAsync(HttpMethod.Get, $"/api/files/{Uri.EscapeDataString(id)}/content", null, null, context.RequestAborted);
        context.Response.RegisterForDispose(response);
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        var isImage = ShownImages.Contains(type);
        var disposition = new ContentDispositionHeaderValue(isImage ? "inline" : "attachment");
        disposition.SetHttpFileName(response.Content.Headers.ContentDisposition?.FileNameStar ?? response.Content.Headers.ContentDisposition?.FileName?.Trim('"') ?? "file");
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.CacheControl = "private, max-age=3600, immutable";
        return Results.Stream(await response.Content.ReadAsStreamAsync(context.RequestAborted), isImage ? type : "application/octet-stream");
    }

    private static async Task<IResult> MarkdownAsync(string id, HttpContext context, ConversationsClient conversations, IStringLocalizer<UiText> text)
    {
        var view = ConversationTree.From(await conversations.GetAsync(id, context.RequestAborted));
        Attach(context, ConversationMarkdown.FileName(view.Title, "md"));
        return Results.Text(ConversationMarkdown.Write(view, text["Untitled"], text["Message_You"], text["Message_Assistant"]), "text/markdown; charset=utf-8");
    }

    private static async Task<IResult> JsonAsync(string id, HttpContext context, ApiConnection api, ConversationsClient conversations)
    {
        var found = await conversations.GetAsync(id, context.RequestAborted);
        return await PassOnAsync(context, api, $"/api/conversations/export?conversation_id={Uri.EscapeDataString(id)}", ConversationMarkdown.FileName(found.Conversation.Title, "json"));
    }

    private static async Task<IResult> PassOnAsync(HttpContext context, ApiConnection api, string path, string fileName)
    {
        var response = await api.OpenAsync(HttpMethod.Get, path, null, null, context.RequestAborted);
        context.Response.RegisterForDispose(response);
        Attach(context, fileName);
        return Results.Stream(await response.Content.ReadAsStreamAsync(context.RequestAborted), "application/json");
    }

    private static void Attach(HttpContext context, string fileName)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.CacheControl = "no-store";
    }
}
