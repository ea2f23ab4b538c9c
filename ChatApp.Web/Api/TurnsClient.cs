using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Web.Turns;

namespace ChatApp.Web.Api;

/// <summary>Starts, tails and stops turns. A stream that ends before <see cref="TurnEvent.Ended"/> was cut.</summary>
public sealed class TurnsClient(ApiConnection api)
{
    public IAsyncEnumerable<TurnEvent> StartAsync(StartTurn turn, CancellationToken cancellationToken) =>
        TailAsync(HttpMethod.Post, "/api/turns", turn, lastEventId: null, cancellationToken);

    /// <summary>Events after the one numbered <paramref name="after"/>, also of a turn that has ended.</summary>
    public IAsyncEnumerable<TurnEvent> ResumeAsync(string turnId, long after, CancellationToken cancellationToken) =>
        TailAsync(HttpMethod.Get, $"/api/turns/{Uri.EscapeDataString(turnId)}/events", null, after, cancellationToken);

    public Task StopAsync(string turnId, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Post, $"/api/turns/{Uri.EscapeDataString(turnId)}/stop", new object(), cancellationToken);

    public Task<JsonElement> GetReceiptAsync(string turnId, CancellationToken cancellationToken) =>
        api.ReadAsync<JsonElement>(HttpMethod.Get, $"/api/turns/{Uri.EscapeDataString(turnId)}", null, cancellationToken);

    private async IAsyncEnumerable<TurnEvent> TailAsync(
        HttpMethod method, string path, object? body, long? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await api.OpenAsync(method, path, body, lastEventId, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var frames = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (frames)
        {
            while (await NextAsync(frames, cancellationToken))
            {
                if (frames.Current.Data == "[DONE]")
                    yield break;
                if (TurnEventReader.Read(frames.Current.EventType, frames.Current.EventId, frames.Current.Data) is { } turnEvent)
                    yield return turnEvent;
            }
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<string>> frames, CancellationToken cancellationToken)
    {
        try
        {
            return await frames.MoveNextAsync();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(null, "The connection to the server was lost.", "stream_lost", exception);
        }
    }
}
