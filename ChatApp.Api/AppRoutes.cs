using ChatApp.Api.Chats;
using ChatApp.Api.OpenAI;
using ChatApp.Api.Profile;
using ChatApp.Api.Settings;
using ChatApp.Api.Uploads;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ChatApp.Api;

/// <summary>The surface of the web chat and of other apps under <c>/api</c>.</summary>
internal static class AppRoutes
{
    public static void MapApp(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").WithTags("App");
        api.MapGet("/models", AppModelsApi.ListAsync);

        api.MapGet("/conversations", ConversationsApi.ListAsync);
        api.MapPost("/conversations", ConversationsApi.CreateAsync);
        api.MapGet("/conversations/changes", ConversationChangesApi.WatchAsync);
        api.MapGet("/conversations/{id}", ConversationsApi.GetAsync);
        api.MapPatch("/conversations/{id}", ConversationsApi.UpdateAsync);
        api.MapDelete("/conversations/{id}", ConversationsApi.DeleteAsync);

        api.MapPatch("/folders/{name}", ConversationsApi.RenameFolderAsync);
        api.MapDelete("/folders/{name}", ConversationsApi.RemoveFolderAsync);

        api.MapGet("/conversations/export", TransferApi.ExportAsync);
        api.MapPost("/conversations/import", TransferApi.ImportAsync).WithMetadata(new RequestSizeLimitAttribute(TransferApi.MostImportBytes));
        api.MapGet("/conversations/{id}/shares", SharesApi.ListAsync);
        api.MapPost("/conversations/{id}/shares", SharesApi.ShareAsync);
        api.MapDelete("/shares/{id}", SharesApi.UnshareAsync);
        api.MapGet("/shared/{token}", SharesApi.ReadAsync);

        var mostUpload = app.ServiceProvider.GetRequiredService<IOptions<EdgeOptions>>().Value.MaxUploadBytes + FileUpload.FormBytes;
        api.MapGet("/files", FilesApi.ListAsync);
        api.MapPost("/files", FilesApi.UploadAsync).WithMetadata(new RequestSizeLimitAttribute(mostUpload));
        api.MapGet("/files/{id}", FilesApi.GetAsync);
        api.MapGet("/files/{id}/content", FilesApi.ReadAsync);
        api.MapDelete("/files/{id}", FilesApi.DeleteAsync);

        api.MapPost("/turns", TurnsApi.RunAsync);
        api.MapGet("/turns/{id}", TurnsApi.GetReceiptAsync);
        api.MapGet("/turns/{id}/events", TurnsApi.ResumeAsync);
        api.MapPost("/turns/{id}/stop", TurnsApi.StopAsync);
    }
}
