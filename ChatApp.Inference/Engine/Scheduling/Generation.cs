using System.Threading.Channels;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>
/// A request in the engine: its sequences and the stream back to its caller. The engine's thread writes, one caller reads; only the members
/// under "shared" are touched by both.
/// </summary>
internal sealed class Generation
{
    private readonly Channel<GenerationChunk> _chunks =
        Channel.CreateUnbounded<GenerationChunk>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly int _bufferBound;
    private readonly Action _wake;
    private int _buffered;
    private volatile bool _cancelled;
    private volatile bool _paused;

    public Generation(GenerationRequest request, ITokenText text, int bufferTokens, long submitted, Action wake)
    {
        Request = request;
        for (var choice = 0; choice < request.Choices; choice++)
            Texts.Add((request.DetokenizerFactory?.Invoke() ?? text.CreateDetokenizer(), request.ConstraintFactory?.Invoke()));
        Submitted = submitted;
        Seed = request.Sampling.Seed ?? Random.Shared.NextInt64();
        _bufferBound = bufferTokens * request.Choices;
        _wake = wake;
    }

    public GenerationRequest Request { get; }

    public long Seed { get; }

    /// <summary>Timestamp of submission.</summary>
    public long Submitted { get; }

    /// <summary>What each choice needs besides tokens; made on the caller's thread, so that a failure there is the caller's.</summary>
    public List<(IDetokenizer Detokenizer, ITokenConstraint? Constraint)> Texts { get; } = [];

    // Shared.

    public ChannelReader<GenerationChunk> Chunks => _chunks.Reader;

    public bool IsCancelled => _cancelled;

    /// <summary>The caller is gone: its lanes are freed before the next step.</summary>
    public void Cancel()
    {
        _cancelled = true;
        _wake();
    }

    /// <summary>The caller took a chunk.</summary>
    public void Taken()
    {
        if (Interlocked.Decrement(ref _buffered) <= _bufferBound / 2 && _paused)
        {
            _paused = false;
            _wake();
        }
    }

    // The engine's thread.

    /// <summary>Number of the user, for fairness.</summary>
    public int User { get; set; }

    public List<Sequence> Sequences { get; } = [];

    public int Unfinished { get; set; }

    public bool HasBegun => Admitted != 0;

    public long Admitted { get; set; }

    public long FirstToken { get; set; }

    public long LastToken { get; set; }

    public int CachedTokens { get; set; }

    public int CompletionTokens { get; set; }

    public int Preemptions { get; set; }

    /// <summary>The reader is behind by more than the buffer; stays so until it has taken half of it.</summary>
    public bool IsPaused
    {
        get
        {
            if (!_paused && Volatile.Read(ref _buffered) >= _bufferBound)
            {
                _paused = true;

                // The reader may have caught up meanwhile and would then wake nobody. Without the fence the reads could pass each other's writes.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _buffered) <= _bufferBound / 2)
                    _paused = false;
            }

            return _paused;
        }
    }

    public void Write(in GenerationChunk chunk)
    {
        Interlocked.Increment(ref _buffered);
        _chunks.Writer.TryWrite(chunk);
    }

    public void Complete(Exception? error = null) => _chunks.Writer.TryComplete(error);
}
