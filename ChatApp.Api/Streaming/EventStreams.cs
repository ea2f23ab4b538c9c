using System.Text.Json;
using ChatApp.Api.Errors;
using ChatApp.Api.Logging;
using ChatApp.Api.Revocations;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using ChatApp.Contracts.OpenAI.Answers;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ChatApp.Api.Streaming;

/// <summary>
/// Answers with server-sent events, each sent at once, with back pressure from the client's socket to whoever produces them. A failure
/// before the first becomes a status; after it, it is the stream's last event, as is the end of what the request was allowed by.
/// </summary>
internal sealed class EventStreams(IOptions<EdgeOptions> options, IOptions<JsonOptions> json, TimeProvider time, ILogger<EventStreams> logger)
{
    private readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);

    /// <summary>OpenAI's form: what is written for each item, an error object where it broke.</summary>
    public Task WriteChunksAsync<T>(HttpContext context, IAsyncEnumerable<T> items, Action<EventStreamWriter, T> write) =>
        WriteAsync(context, items, write, static (stream, error) =>
        {
            error.Write(stream.Begin());
            stream.End();
        });

    /// <summary>Our own form: named events, an event <c>error</c> where it broke.</summary>
    public Task WriteEventsAsync<T>(HttpContext context, IAsyncEnumerable<T> items, Func<T, NamedEvent> view)
    {
        return WriteAsync(context, items, (stream, item) => Write(stream, view(item)),
            (stream, error) => Write(stream, new NamedEvent("error", new { error.Status, Detail = error.Message, error.Code })));

        void Write(EventStreamWriter stream, NamedEvent named)
        {
            JsonSerializer.Serialize(stream.Begin(named.Name, named.Id), named.Data, json.Value.SerializerOptions);
            stream.End();
        }
    }

    private async Task WriteAsync<T>(
        HttpContext context, IAsyncEnumerable<T> items, Action<EventStreamWriter, T> write, Action<EventStreamWriter, OpenAIError> writeError)
    {
        var request = context.Features.Get<OpenRequest>();
        var left = request?.Left ?? context.RequestAborted;
        await using var stream = new EventStreamWriter(context.Response, _heartbeat, time, left);
        try
        {
            await foreach (var item in items.WithCancellation(context.RequestAborted))
            {
                using var hold = await stream.HoldAsync();
                write(stream, item);
                await stream.FlushAsync();
            }

            using var last = await stream.HoldAsync();
            stream.Done();
            await stream.FlushAsync();
        }
        catch (Exception exception) when (!left.IsCancellationRequested)
        {
            await stream.EndHeartbeatAsync();
            if (!context.Response.HasStarted)
                throw;
            if (request?.IsRevoked != true)
                logger.StreamBroke(exception);
            writeError(stream, request?.IsRevoked == true ? OpenRequest.Refusal.Error : EdgeErrors.From(exception));
            await stream.FlushAsync();
        }
    }
}

/// <summary>A server-sent event of our own API.</summary>
internal readonly record struct NamedEvent(string Name, object Data, long? Id = null);
