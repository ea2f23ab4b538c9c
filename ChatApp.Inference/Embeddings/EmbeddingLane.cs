using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Embeddings;

/// <summary>Texts of one urgency and the threads that embed them, batched over requests: texts of like length share a run.</summary>
internal sealed class EmbeddingLane : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(2);

    private readonly EmbeddingModel _model;
    private readonly EmbeddingOptions _options;
    private readonly object _gate = new();
    private readonly List<Waiting> _waiting = [];
    private readonly Thread[] _threads;
    private long _tokens;
    private bool _isStopping;

    public EmbeddingLane(EmbeddingModel model, EmbeddingOptions options, int threads, bool isBackground)
    {
        _model = model;
        _options = options;
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(isBackground)) { IsBackground = true, Name = isBackground ? "embeddings (background)" : "embeddings" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    public Task<float[][]> EmbedAsync(IReadOnlyList<int[]> texts, CancellationToken cancellationToken)
    {
        List<Waiting> added = [.. texts.Select(tokens => new Waiting(tokens, cancellationToken))];
        var tokens = texts.Sum(text => (long)text.Length);
        lock (_gate)
        {
            if (_isStopping)
                throw new RequestRefusedException(RefusalKind.Draining, "The service is shutting down.", s_soon);
            // Alone it is taken whatever its size: else it would be refused for ever.
            if (_tokens > 0 && _tokens + tokens > _options.MaxWaitingTokens)
                throw new RequestRefusedException(RefusalKind.QueueFull, $"{_tokens} tokens wait to be embedded already, and at most {_options.MaxWaitingTokens} may.", s_soon);
            _waiting.AddRange(added);
            _tokens += tokens;
            Monitor.PulseAll(_gate);
        }

        return Task.WhenAll(added.Select(text => text.Vector.Task));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            foreach (var text in _waiting)
                text.Vector.TrySetException(new RequestRefusedException(RefusalKind.Draining, "The service is shutting down.", s_soon));
            _waiting.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Work(bool isBackground)
    {
        if (isBackground)
            IdlePriority.Take();
        while (Next() is { Count: > 0 } batch)
        {
            try
            {
                var vectors = _model.Embed([.. batch.Select(text => text.Tokens)]);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Vector.TrySetResult(vectors[i]);
            }
            catch (Exception exception)
            {
                // Who asked is told; the thread goes on.
                foreach (var text in batch)
                    text.Vector.TrySetException(exception);
            }
        }
    }

    /// <summary>The text that waits longest, with those of like length that fit into its run; none when it is over.</summary>
    private List<Waiting> Next()
    {
        lock (_gate)
        {
            while (true)
            {
                RemoveCancelled();
                if (_isStopping)
                    return [];
                if (_waiting.Count > 0)
                    break;
                Monitor.Wait(_gate);
            }

            var first = _waiting[0].Tokens.Length;
            var longest = first;
            var batch = new List<Waiting>();
            foreach (var text in _waiting)
            {
                // What is padded is computed too: half as much again at most.
                var length = Math.Max(longest, text.Tokens.Length);
                if (text.Tokens.Length * 3 < first * 2 || first * 3 < text.Tokens.Length * 2 || (batch.Count > 0 && length * (batch.Count + 1) > _options.BatchTokens))
                    continue;
                batch.Add(text);
                longest = length;
            }

            var taken = batch.ToHashSet();
            _waiting.RemoveAll(taken.Contains);
            _tokens -= batch.Sum(text => (long)text.Tokens.Length);
            return batch;
        }
    }

    private void RemoveCancelled() => _waiting.RemoveAll(text =>
    {
        if (!text.Cancellation.IsCancellationRequested)
            return false;
        _tokens -= text.Tokens.Length;
        text.Vector.TrySetCanceled(text.Cancellation);
        return true;
    });

    private sealed class Waiting(int[] tokens, CancellationToken cancellation)
    {
        public int[] Tokens { get; } = tokens;

        public CancellationToken Cancellation { get; } = cancellation;

        public TaskCompletionSource<float[]> Vector { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
