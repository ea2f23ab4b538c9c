using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Web;

/// <summary>Files of the scripted Api: kept in memory, refused by a word in their name.</summary>
internal sealed class ScriptedFiles
{
    private readonly ConcurrentDictionary<string, (string Name, string MediaType, byte[] Bytes)> _files = new();
    private int _ids;

    /// <summary>Uploads end when this does.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public void Map(WebApplication app)
    {
        app.MapPost("/api/files", async (HttpRequest request) =>
        {
            var file = (await request.ReadFormAsync()).Files.Single();
            await Gate;
            if (file.FileName.Contains("refused", StringComparison.Ordinal))
                return Results.Problem("A file like this is not taken here.", statusCode: 415);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            var id = $"file_{Interlocked.Increment(ref _ids)}";
            _files[id] = (file.FileName, file.ContentType, bytes.ToArray());
            return Results.Json(new { Id = id, Name = file.FileName, MediaType = file.ContentType, Bytes = file.Length }, statusCode: 201);
        });
        app.MapGet("/api/files/{id}/content", (string id) => _files.TryGetValue(id, out var file) ? Results.File(file.Bytes, file.MediaType, file.Name) : Results.NotFound());
    }

    /// <summary>What a message keeps of its files.</summary>
    public JsonElement? ContentOf(IReadOnlyList<string>? ids) => ids is not { Count: > 0 } ? null : JsonSerializer.SerializeToElement(new
    {
        files = ids.Select(id => new { id, name = _files[id].Name, media_type = _files[id].MediaType, bytes = _files[id].Bytes.Length }),
    });
}
