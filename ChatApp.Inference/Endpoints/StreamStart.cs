using ChatApp.Inference.Engine;

namespace ChatApp.Inference.Endpoints;

/// <summary>
/// Waits a moment for the first chunk before the headers of a stream are sent, so that a refusal is an HTTP status and not an event.
/// </summary>
internal static class StreamStart
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    public static async Task<ValueTask<bool>> FirstAsync(IAsyncEnumerator<GenerationChunk> chunks)
    {
        var next = chunks.MoveNextAsync();
        if (next.IsCompleted)
            return new ValueTask<bool>(await next);
        var first = next.AsTask();
        using var waiting = new CancellationTokenSource();
        await Task.WhenAny(first, Task.Delay(_patience, waiting.Token));
        await waiting.CancelAsync();
        // A refusal so far is thrown here.
        return first.IsCompleted ? new ValueTask<bool>(await first) : new ValueTask<bool>(first);
    }
}
