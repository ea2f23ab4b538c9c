using System.Collections.Concurrent;
using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;

namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>
/// All live sequences of an engine and what they hold: lanes and cached blocks. Changes whole: each method leaves an account that
/// <see cref="EngineValidator"/> accepts. Belongs to the engine's thread.
/// </summary>
internal sealed class EngineSequences
{
    private readonly EngineOptions _options;
    private readonly IModelRunner _runner;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly LaneContent _content;
    private readonly Dictionary<string, (int Number, int Uses)> _users = [];
    private readonly HashSet<Generation> _live = [];
    private readonly List<Sequence> _order = [];
    private SequenceView[] _views = [];
    private int _nextUser;
    private long _arrivals;
    private long _admissions;
    private long _preemptions;
    private long _promptTokens;
    private long _queries;
    private long _hits;

    /// <summary>When a request that was given up without its fault may be tried again.</summary>
    public static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(5);

    public EngineSequences(EngineOptions options, IModelRunner runner, EngineMetrics metrics, TimeProvider time)
    {
        _options = options;
        _runner = runner;
        _metrics = metrics;
        _time = time;
        Lanes = new LanePool(runner.Lanes);
        Cache = new PrefixCache(runner.BlockSlots, options.PrefixBlockTokens);
        _content = new LaneContent(runner, Cache);
    }

    public List<Sequence> Running { get; } = [];

    /// <summary>Never run, or preempted.</summary>
    public List<Sequence> Waiting { get; } = [];

    /// <summary>Requests that were taken and are not answered to their end.</summary>
    public IReadOnlyCollection<Generation> Live => _live;

    public LanePool Lanes { get; }

    public PrefixCache Cache { get; }

    public int ContextLength => _runner.Model.ContextLength;

    public long Steps { get; set; }

    public long FailedSteps { get; set; }

    public long GeneratedTokens { get; set; }

    public long DraftTokens { get; set; }

    public long AcceptedDraftTokens { get; set; }

    /// <summary>Moving average of a request's time from submission to end, seconds; 0 before the first.</summary>
    public double RequestSeconds { get; private set; }

    /// <summary>Sequence at an index of the latest view.</summary>
    public Sequence this[int index] => _order[index];

    public void Take(ConcurrentQueue<Generation> submitted)
    {
        while (submitted.TryDequeue(out var generation))
            Add(generation);
    }

    public void DropCancelled()
    {
        for (var i = Running.Count - 1; i >= 0; i--)
        {
            if (i < Running.Count && Running[i].Generation.IsCancelled)
                End(Running[i], FinishReason.Cancelled);
        }

        for (var i = Waiting.Count - 1; i >= 0; i--)
        {
            if (i < Waiting.Count && Waiting[i].Generation.IsCancelled)
                End(Waiting[i], FinishReason.Cancelled);
        }
    }

    /// <summary>The scheduler's input, running sequences first.</summary>
    public ReadOnlySpan<SequenceView> View()
    {
        _order.Clear();
        _order.AddRange(Running);
        _order.AddRange(Waiting);
        if (_views.Length < _order.Count)
            _views = new SequenceView[_order.Count * 2];
        for (var i = 0; i < _order.Count; i++)
            _views[i] = ViewOf(_order[i]);
        return _views.AsSpan(0, _order.Count);
    }

    public void Apply(AdmissionPlan plan, TimeSpan maxQueueTime)
    {
        foreach (var i in plan.Preempted)
            Preempt(_order[i]);
        foreach (var (i, lane) in plan.Admitted)
            Admit(_order[i], lane);
        foreach (var i in plan.Expired)
            Expire(_order[i].Generation, maxQueueTime);
    }

    /// <summary>Offers the computed whole blocks of a sequence to the prefix cache.</summary>
    public void Publish(Sequence sequence) => _content.Publish(sequence);

    /// <summary>Ends a choice; the last one ends its request.</summary>
    public void End(Sequence sequence, FinishReason reason, in GenerationChunk last = default)
    {
        if (sequence.Phase == SequencePhase.Finished)
            return;
        Lanes.Release(sequence);
        (sequence.Phase == SequencePhase.Running ? Running : Waiting).Remove(sequence);
        sequence.Phase = SequencePhase.Finished;
        sequence.Computed = 0;
        _metrics.End(reason);
        var generation = sequence.Generation;
        generation.Write(last with { Choice = sequence.Choice, TokenId = last.Finish is null ? -1 : last.TokenId, Text = last.Text ?? "", Finish = reason });
        if (--generation.Unfinished == 0)
            Complete(generation);
    }

    /// <summary>
    /// Ends every request: those without a token yet are refused, the others end with an error. Believes no account of lanes and lists, so that
    /// it can be relied on when they are what is wrong; afterwards nothing is held.
    /// </summary>
    public void EndAll(RefusalKind kind, string message)
    {
        Lanes.Clear();
        Running.Clear();
        Waiting.Clear();
        foreach (var generation in _live)
            GiveUp(generation, kind, message);
        _live.Clear();
        _users.Clear();
    }

    /// <summary>After a failed step: everything running is to be recomputed; sequences of that step that fail too often end.</summary>
    public void RollBack(IReadOnlyCollection<Sequence> ran, int maxFailures, string what)
    {
        Lanes.Clear();
        foreach (var sequence in Running.ToArray())
        {
            sequence.Lane = -1;
            if (ran.Contains(sequence) && ++sequence.Failures >= maxFailures)
                EndWith(sequence, $"The model failed repeatedly on this request ({what}).");
            else
                Preempt(sequence);
        }
    }

    /// <summary>What the text of a choice still holds back, when no more tokens follow.</summary>
    public static string FlushText(Sequence sequence)
    {
        try
        {
            return sequence.StopText.Append(sequence.Detokenizer.Flush()) + sequence.StopText.Flush();
        }
        catch (Exception)
        {
            // Ending must not fail; a detokenizer that does has no more text to give.
            return "";
        }
    }

    public void ForgetCache()
    {
        Cache.Clear();
        foreach (var sequence in Waiting)
            (sequence.PublishedBlocks, sequence.PublishedTail) = (0, null);
    }

    public EngineStats Stats()
    {
        long used = 0;
        var paused = 0;
        foreach (var sequence in Running)
        {
            used += sequence.Computed;
            paused += sequence.Generation.IsPaused ? 1 : 0;
        }

        return new EngineStats
        {
            Waiting = Waiting.Count,
            Running = Running.Count,
            Paused = paused,
            Lanes = Lanes.Count,
            LaneTokens = _runner.LaneTokens,
            KvTokensUsed = used,
            PrefixCacheQueries = _queries,
            PrefixCacheHits = _hits,
            Steps = Steps,
            FailedSteps = FailedSteps,
            Preemptions = _preemptions,
            PromptTokens = _promptTokens,
            GeneratedTokens = GeneratedTokens,
            DraftTokens = DraftTokens,
            AcceptedDraftTokens = AcceptedDraftTokens,
        };
    }

    private void Add(Generation generation)
    {
        var request = generation.Request;
        var room = ContextLength - request.PromptTokens.Length;
        try
        {
            for (var choice = 0; choice < request.Choices; choice++)
            {
                var (detokenizer, constraint) = generation.Texts[choice];
                generation.Sequences.Add(new Sequence(generation, choice, _arrivals++, detokenizer, constraint, Math.Min(request.MaxTokens ?? room, room))
                {
                    WaitingSince = generation.Submitted,
                });
            }
        }
        catch (Exception e)
        {
            // No memory for it, say: nobody else will answer what is in no list.
            generation.Complete(e);
            return;
        }

        var user = _users.TryGetValue(request.User, out var known) ? known : (Number: _nextUser++, Uses: 0);
        _users[request.User] = (user.Number, user.Uses + 1);
        generation.User = user.Number;
        generation.Unfinished = request.Choices;
        _live.Add(generation);
        Waiting.AddRange(generation.Sequences);
    }

    private SequenceView ViewOf(Sequence sequence)
    {
        var generation = sequence.Generation;
        var paused = generation.IsPaused;
        return new SequenceView(sequence.Phase, generation.Request.Priority, generation.User, sequence.Arrival, _time.GetElapsedTime(sequence.WaitingSince))
        {
            Lane = sequence.Lane,
            Admitted = sequence.Admitted,
            Remaining = sequence.Remaining,
            Paused = paused,
            Blocked = paused || IsBehindSibling(sequence),
            MayExpire = !generation.HasBegun,
            Speculative = _options.DraftTokens > 0 && IsDraftable(sequence) && sequence.Drafts.ShouldTry,
        };
    }

    private static bool IsDraftable(Sequence sequence)
    {
        var sampling = sequence.Generation.Request.Sampling;
        return sampling.IsGreedy && !sampling.HasPenalties && sampling.LogitBias.Count == 0 && sampling.Logprobs is null && sequence.Constraint is null;
    }

    /// <summary>The first choice computes the prompt for all; the others wait for it while it is on its way.</summary>
    private static bool IsBehindSibling(Sequence sequence)
    {
        if (sequence.Choice == 0 || sequence.Generated > 0)
            return false;
        var first = sequence.Generation.Sequences[0];
        return first.Phase != SequencePhase.Finished && first.Computed < first.PromptLength;
    }

    private void Admit(Sequence sequence, int lane)
    {
        Waiting.Remove(sequence);
        Running.Add(sequence);
        Lanes.Take(sequence, lane);
        sequence.Phase = SequencePhase.Running;
        sequence.Admitted = ++_admissions;
        (sequence.Computed, sequence.PublishedBlocks, sequence.PublishedTail) = (0, 0, null);
        var generation = sequence.Generation;
        var first = !generation.HasBegun;
        if (first)
        {
            generation.Admitted = _time.GetTimestamp();
            _promptTokens += sequence.PromptLength;
            _queries += sequence.PromptLength;
            _metrics.Queue.Observe(_time.GetElapsedTime(generation.Submitted, generation.Admitted).TotalSeconds);
        }

        _content.Fill(sequence);
        if (first)
        {
            generation.CachedTokens = sequence.Computed;
            _hits += sequence.Computed;
        }
    }

    private void Preempt(Sequence sequence)
    {
        Lanes.Release(sequence);
        Running.Remove(sequence);
        Waiting.Add(sequence);
        sequence.Phase = SequencePhase.Preempted;
        (sequence.Computed, sequence.PublishedBlocks, sequence.PublishedTail) = (0, 0, null);
        sequence.WaitingSince = _time.GetTimestamp();
        sequence.Generation.Preemptions++;
        _preemptions++;
    }

    private void Expire(Generation generation, TimeSpan bound)
    {
        if (generation.Unfinished == 0)
            return;
        foreach (var sequence in generation.Sequences)
        {
            if (sequence.Phase == SequencePhase.Waiting && Waiting.Remove(sequence))
                sequence.Phase = SequencePhase.Finished;
        }

        generation.Unfinished = 0;
        Forget(generation);
        generation.Complete(new RequestRefusedException(
            RefusalKind.QueueTimeout,
            FormattableString.Invariant($"The request waited {bound.TotalSeconds:0.#} s for a free lane of model '{_options.Id}' ({Waiting.Count} sequences wait, {Running.Count} run)."),
            TimeSpan.FromSeconds(Math.Clamp(RequestSeconds, 1, 60))));
    }

    private void EndWith(Sequence sequence, string message) => End(sequence, FinishReason.Error, Failed(sequence, message));

    private void GiveUp(Generation generation, RefusalKind kind, string message)
    {
        if (generation.CompletionTokens == 0)
        {
            generation.Complete(new RequestRefusedException(kind, message, SoonAgain));
            return;
        }

        foreach (var sequence in generation.Sequences.Where(sequence => sequence.Phase != SequencePhase.Finished))
        {
            (sequence.Lane, sequence.Phase) = (-1, SequencePhase.Finished);
            _metrics.End(FinishReason.Error);
            generation.Write(Failed(sequence, message));
        }

        generation.Unfinished = 0;
        WriteSummary(generation);
        generation.Complete();
    }

    private static GenerationChunk Failed(Sequence sequence, string message) =>
        new(sequence.Choice, -1, FlushText(sequence), null, FinishReason.Error) { Error = message };

    private void Complete(Generation generation)
    {
        WriteSummary(generation);
        Forget(generation);
        generation.Complete();
    }

    private void WriteSummary(Generation generation)
    {
        var now = _time.GetTimestamp();
        var total = _time.GetElapsedTime(generation.Submitted, now).TotalSeconds;
        RequestSeconds = RequestSeconds == 0 ? total : RequestSeconds + 0.1 * (total - RequestSeconds);
        _metrics.EndToEnd.Observe(total);
        var admitted = generation.HasBegun ? generation.Admitted : now;
        var firstToken = generation.FirstToken != 0 ? generation.FirstToken : now;
        var lastToken = generation.FirstToken != 0 ? generation.LastToken : now;
        var decode = _time.GetElapsedTime(firstToken, lastToken);
        if (generation.FirstToken != 0)
            _metrics.Decode.Observe(decode.TotalSeconds);
        generation.Write(new GenerationChunk(-1, -1, "", null, null)
        {
            Summary = new GenerationSummary(
                generation.Request.PromptTokens.Length, generation.CachedTokens, generation.CompletionTokens,
                _time.GetElapsedTime(generation.Submitted, admitted).TotalMilliseconds,
                _time.GetElapsedTime(admitted, firstToken).TotalMilliseconds,
                decode.TotalMilliseconds)
            { Preemptions = generation.Preemptions },
        });
    }

    private void Forget(Generation generation)
    {
        _live.Remove(generation);
        var (number, uses) = _users[generation.Request.User];
        if (uses == 1)
            _users.Remove(generation.Request.User);
        else
            _users[generation.Request.User] = (number, uses - 1);
    }
}
