using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Web;

/// <summary>What the scripted Api tells the pages that follow its conversations.</summary>
internal sealed class ScriptedChanges
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lock _lock = new();
    private readonly HashSet<Channel<string>> _pages = [];

    public void Announce(ScriptedConversation conversation) => Tell("conversation", conversation.Summary());

    public void AnnounceDeleted(string id) => Tell("deleted", new { Id = id });

    public void AnnounceAll() => Tell("everything", new { });

    /// <summary>Ends every page's stream.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (var page in _pages)
                page.Writer.TryComplete();
        }
    }

    public void Map(WebApplication app) => app.MapGet("/api/conversations/changes", async (HttpContext context) =>
    {
        var page = Channel.CreateUnbounded<string>();
        lock (_lock)
            _pages.Add(page);
        try
        {
            context.Response.ContentType = "text/event-stream";
            page.Writer.TryWrite("event: everything\ndata: {}\n\n");
            await foreach (var frame in page.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(frame, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page went.
        }
        finally
        {
            lock (_lock)
                _pages.Remove(page);
        }
    });

    private void Tell(string name, object data)
    {
        var frame = $"event: {name}\ndata: {JsonSerializer.Serialize(data, Json)}\n\n";
        lock (_lock)
        {
            foreach (var page in _pages)
                page.Writer.TryWrite(frame);
        }
    }
}
