using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;

namespace ChatApp.Api.Limits;

/// <summary>Watches a model call pass by, and settles its reservation by what it used.</summary>
internal sealed class TurnMeter(TurnFollower follower)
{
    /// <summary>A conversation's turn goes on when its viewer leaves or its stream breaks; then it is followed to its end and settled there.</summary>
    /// <param name="resumable">False: the turn ends with its viewer, and is settled by what was seen.</param>
    public async IAsyncEnumerable<TurnEvent> WatchAsync(
        TurnReservation reservation, IAsyncEnumerable<TurnEvent> events, bool resumable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new TurnWatch(reservation);
        try
        {
            await foreach (var turnEvent in events.WithCancellation(cancellationToken))
            {
                watch.See(turnEvent);
                yield return turnEvent;
            }
        }
        finally
        {
            var left = cancellationToken.IsCancellationRequested;
            if (resumable && watch is { TurnId: not null, Ended: false })
            {
                await follower.FollowAsync(watch);
            }
            else if (left && resumable && !watch.Ended)
            {
                // It may have begun, and nobody here knows which it is: what was reserved stays charged.
                await reservation.AbandonAsync();
            }
            else
            {
                watch.CountSeen();
                if (left)
                    reservation.LeaveEarly();
                await reservation.DisposeAsync();
            }
        }
    }

    /// <summary>A stateless call ends with its connection: what was not reported is counted by chunks.</summary>
    /// <param name="hideUsage">The chunk with the usage is the edge's wish, not the client's, and stays here.</param>
    public static async IAsyncEnumerable<CompletionChunk> WatchAsync(
        TurnReservation reservation, TurnEstimate estimate, IAsyncEnumerable<CompletionChunk> chunks, bool hideUsage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long counted = 0;
        long? reported = null;
        var isRepeated = false;
        try
        {
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                var (use, bare) = Read(chunk.Json.Span);
                reported = use ?? reported;
                isRepeated = chunk.Repeated;
                if (bare && hideUsage)
                    continue;
                counted++;
                yield return use is not null && hideUsage ? WithoutUsage(chunk) : chunk;
            }
        }
        finally
        {
            var left = cancellationToken.IsCancellationRequested;
            // The prompt of a call that is left was read all the same.
            reservation.Use(isRepeated ? 0 : reported ?? (counted > 0 || left ? estimate.InputTokens + counted : 0));
            if (left)
                reservation.LeaveEarly();
            await reservation.DisposeAsync();
        }
    }

    /// <summary>Some servers say it with the last piece of the answer, which the client has to get.</summary>
    private static CompletionChunk WithoutUsage(CompletionChunk chunk)
    {
        var json = JsonNode.Parse(chunk.Json.Span)!.AsObject();
        json.Remove("usage");
        return new CompletionChunk { Json = UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(json)) };
    }

    private static (long? Use, bool Bare) Read(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\"usage\""u8) < 0)
            return default;
        var reader = new Utf8JsonReader(json);
        if (!JsonDocument.TryParseValue(ref reader, out var document))
            return default;
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
                return default;
            var bare = root.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() == 0;
            return (Number(usage, "prompt_tokens") + Number(usage, "completion_tokens"), bare);
        }
    }

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
