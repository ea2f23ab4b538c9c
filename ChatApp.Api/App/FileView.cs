using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.App;

/// <summary>An uploaded file as the app surface shows it.</summary>
internal sealed record FileView(string Id, string Name, string MediaType, long Bytes, DateTimeOffset CreatedAt)
{
    public static FileView From(StoredFile file) => new(file.Id, file.Name, file.MediaType, file.Bytes, file.CreatedAt.ToDateTimeOffset());
}
