using System.Text.Json;
using ChatApp.Contracts.Ids;

namespace ChatApp.Orchestrator.Files;

/// <summary>The files of a message as its <c>content_json</c> has them: what a reader is shown of them.</summary>
internal static class MessageFilesJson
{
    /// <returns>Null for a message without files.</returns>
    public static string? Write(IReadOnlyList<FileRecord> files) => files.Count == 0 ? null : JsonSerializer.Serialize(new
    {
        files = files.Select(file => new { id = WireId.Format(WireId.File, file.Id), name = file.Name, media_type = file.MediaType, bytes = file.Bytes }),
    });

    public static IReadOnlyList<FileRecord> Read(string? contentJson)
    {
        if (contentJson is null || !contentJson.Contains("\"files\"", StringComparison.Ordinal))
            return [];
        using var content = JsonDocument.Parse(contentJson);
        if (content.RootElement.ValueKind != JsonValueKind.Object || !content.RootElement.TryGetProperty("files", out var files) || files.ValueKind != JsonValueKind.Array)
            return [];
        return [.. files.EnumerateArray().Select(Read).OfType<FileRecord>()];
    }

    private static FileRecord? Read(JsonElement file) =>
        file.ValueKind == JsonValueKind.Object && WireId.Parse(WireId.File, Text(file, "id")) is { } id
            ? new FileRecord
            {
                Id = id,
                Name = Text(file, "name"),
                MediaType = Text(file, "media_type"),
                Bytes = file.TryGetProperty("bytes", out var bytes) && bytes.TryGetInt64(out var count) ? count : 0,
            }
            : null;

    private static string Text(JsonElement file, string property) =>
        file.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
