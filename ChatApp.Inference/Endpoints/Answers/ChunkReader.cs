using ChatApp.Inference.Engine;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>
/// Reads the chunks of a generation one ahead, so that a writer knows whether more is there already. Disposing it ends the generation,
/// whatever it was waiting for.
/// </summary>
internal sealed class ChunkReader : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending;
    private readonly IAsyncEnumerator<GenerationChunk> _chunks;
    private ValueTask<bool> _next;
    private bool _asked;

    public ChunkReader(InferenceEngine engine, GenerationRequest request, CancellationToken aborted)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        _chunks = engine.GenerateAsync(request, _ending.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public GenerationChunk Current => _chunks.Current;

    /// <summary>
    /// Waits a moment for the first chunk before the headers of a stream are sent, so that a refusal, thrown here, is an HTTP status and not an event.
    /// </summary>
    public async Task WaitForFirstAsync()
    {
        if (HasMore())
        {
            Ask(new ValueTask<bool>(await Take()));
            return;
        }
        var first = Take().AsTask();
        Ask(new ValueTask<bool>(first));
        using var waiting = new CancellationTokenSource();
        await Task.WhenAny(first, Task.Delay(_patience, waiting.Token));
        await waiting.CancelAsync();
        if (first.IsCompleted)
            await first;
    }

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public ValueTask<bool> NextAsync()
    {
        HasMore();
        return Take();
    }

    /// <summary>Asks for the next chunk and says whether it is there already (or the end, or an error).</summary>
    public bool HasMore()
    {
        if (!_asked)
            Ask(_chunks.MoveNextAsync());
        return _next.IsCompleted;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_asked)
        {
            // An enumerator must not be disposed while it is being moved; cancelled, it ends within a step.
            await ((Task)Take().AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _chunks.DisposeAsync();
        _ending.Dispose();
    }

    private void Ask(ValueTask<bool> next)
    {
        _next = next;
        _asked = true;
    }

    private ValueTask<bool> Take()
    {
        _asked = false;
        var next = _next;
        _next = default;
        return next;
    }
}
