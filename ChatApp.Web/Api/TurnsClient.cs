using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>Starts, tails and stops turns. A stream that ends before <see cref="TurnEvent.Ended"/> was cut.</summary>
internal sealed class TurnsClient(ApiConnection api)
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
        await foreach (var frame in api.StreamAsync(method, path, body, lastEventId, cancellationToken))
        {
            if (TurnEventReader.Read(frame.EventType, frame.EventId, frame.Data) is { } turnEvent)
                yield return turnEvent;
        }
    }
}

/// <summary>A turn to start. The same <see cref="RequestId"/> sent again attaches to the first turn.</summary>
internal sealed record StartTurn
{
    public string? ConversationId { get; init; }

    public string? ParentId { get; init; }

    public required string RequestId { get; init; }

    public string? Content { get; init; }

    public IReadOnlyList<string>? FileIds { get; init; }

    public string? Model { get; init; }

    public bool? Regenerate { get; init; }

    public bool? ContinueMessage { get; init; }

    public bool? Branch { get; init; }

    public string? System { get; init; }

    /// <summary>Nothing of the turn is kept; <see cref="History"/> says what came before.</summary>
    public bool? Temporary { get; init; }

    public IReadOnlyList<EarlierMessage>? History { get; init; }
}

/// <summary>A message before the one that is sent, for a server that keeps none.</summary>
internal sealed record EarlierMessage(string Role, string Text);
