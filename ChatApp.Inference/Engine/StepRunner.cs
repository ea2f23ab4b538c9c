using ChatApp.Inference.Engine.Metrics;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;
using ChatApp.Inference.Engine.Sampling;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Tokens;

namespace ChatApp.Inference.Engine;

/// <summary>Runs a step plan: model, sampler, commit. A throw leaves every sequence at its last committed token.</summary>
internal sealed class StepRunner
{
    // A greedy choice whose lead over the second is below this share of its size could fall the other way under another order of
    // summation; a draft is not trusted there, so that drafting never changes an answer.
    private const float TrustedMargin = 1e-3f;

    private readonly IModelRunner _runner;
    private readonly EngineSequences _sequences;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Sampler _sampler;
    private readonly Committer _committer;
    private readonly int _sampled;
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly int[] _draft;
    private readonly List<Sequence> _decoding = [];
    private readonly List<(Sequence Sequence, int Tokens)> _prefilling = [];
    private readonly List<Sequence> _ran = [];

    public StepRunner(IModelRunner runner, EngineSequences sequences, ITokenText text, EngineMetrics metrics, TimeProvider time)
    {
        _runner = runner;
        _sequences = sequences;
        _metrics = metrics;
        _time = time;
        _sampled = Math.Min(runner.Model.VocabularySize, text.VocabularySize);
        _sampler = new Sampler(_sampled);
        _committer = new Committer(runner.Model, sequences, metrics, time);
        _tokens = new int[Math.Max(runner.Lanes, runner.MaxLogitRows)];
        _positions = new int[runner.Lanes];
        _draft = new int[Math.Max(0, runner.MaxLogitRows - 1)];
    }

    /// <summary>Sequences of the model run in progress, or of the one that threw.</summary>
    public IReadOnlyCollection<Sequence> Ran => _ran;

    public void Run(StepPlan plan)
    {
        // Indices hold until the first commit, which may end a sequence.
        _decoding.Clear();
        _prefilling.Clear();
        foreach (var i in plan.Decode)
            _decoding.Add(_sequences[i]);
        foreach (var (i, tokens) in plan.Prefill)
            _prefilling.Add((_sequences[i], tokens));
        if (plan.MoveSequence >= 0)
            Move(_sequences[plan.MoveSequence], plan.MoveToLane);

        var computed = 0;
        if (_decoding.Count > 0)
            computed += plan.Speculate ? Draft(_decoding[0]) : Decode();
        foreach (var (sequence, tokens) in _prefilling)
            computed += Prefill(sequence, tokens);
        _ran.Clear();
        _sequences.Steps++;
        _metrics.IterationTokens.Observe(computed);
    }

    private void Move(Sequence sequence, int lane)
    {
        _runner.CopyLane(sequence.Lane, lane, sequence.Computed);
        _sequences.Lanes.Release(sequence);
        _sequences.Lanes.Take(sequence, lane);
    }

    private int Decode()
    {
        var rows = 0;
        foreach (var sequence in _decoding)
            rows = Math.Max(rows, sequence.Lane + 1);

        // A lane among them that does not decode gets a row all the same: it writes behind what that lane holds, where the lane's
        // own next token will.
        for (var lane = 0; lane < rows; lane++)
        {
            _tokens[lane] = 0;
            _positions[lane] = Math.Min(_sequences.Lanes[lane]?.Computed ?? 0, _runner.LaneTokens - 1);
        }

        foreach (var sequence in _decoding)
            _tokens[sequence.Lane] = sequence.Tokens[sequence.Computed];

        var began = _time.GetTimestamp();
        SetRan(_decoding);
        _runner.Decode(_tokens.AsSpan(0, rows), _positions.AsSpan(0, rows));
        if (_decoding.Count == 1)
            _decoding[0].Drafts.Plain(_time.GetElapsedTime(began).TotalMilliseconds);

        foreach (var sequence in _decoding)
            sequence.Computed++;
        foreach (var sequence in _decoding)
        {
            _sequences.Publish(sequence);
            SampleAndCommit(sequence, sequence.Lane);
        }

        return _decoding.Count;
    }

    private int Prefill(Sequence sequence, int tokens)
    {
        SetRan(sequence);
        _runner.Extend(sequence.Lane, sequence.Computed, sequence.Tokens.Slice(sequence.Computed, tokens), 1);
        sequence.Computed += tokens;
        _sequences.Publish(sequence);
        if (sequence.Remaining == 0)
            SampleAndCommit(sequence, 0);
        return tokens;
    }

    /// <summary>
    /// Runs the last token and a guess at the next ones at once; takes the guesses that greedy decoding would have made. Positions behind
    /// the accepted ones hold keys of wrong tokens, and are written again by the next run.
    /// </summary>
    private int Draft(Sequence sequence)
    {
        var room = Math.Min(_sequences.ContextLength - sequence.Count, sequence.MaxTokens - sequence.Generated) - 1;
        var drafted = room <= 0 ? 0 : PromptLookup.Draft(sequence.Tokens, _draft.AsSpan(0, Math.Min(room, _draft.Length)));
        if (drafted == 0)
            return Decode();

        _tokens[0] = sequence.Tokens[sequence.Computed];
        _draft.AsSpan(0, drafted).CopyTo(_tokens.AsSpan(1));
        var began = _time.GetTimestamp();
        SetRan(sequence);
        _runner.Extend(sequence.Lane, sequence.Computed, _tokens.AsSpan(0, drafted + 1), drafted + 1);
        var milliseconds = _time.GetElapsedTime(began).TotalMilliseconds;

        var committed = 0;
        for (var row = 0; row <= drafted && sequence.Phase == SequencePhase.Running; row++)
        {
            var logits = _runner.Logits(row)[.._sampled];
            var token = Sampler.Greedy(logits, out var margin);
            if (row > 0 && !(margin > TrustedMargin * Math.Max(1, Math.Abs(logits[token]))))
                break;
            sequence.Computed++;
            _sequences.Publish(sequence);
            SampleAndCommit(sequence, row);
            committed++;
            if (row < drafted && token != _draft[row])
                break;
        }

        sequence.Drafts.Drafted(milliseconds, committed);
        _sequences.DraftTokens += drafted;
        _sequences.AcceptedDraftTokens += committed - 1;
        return drafted + 1;
    }

    private void SampleAndCommit(Sequence sequence, int row)
    {
        var request = sequence.Generation.Request;
        if (sequence.Constraint is { } constraint)
            constraint.TokensLeft = sequence.MaxTokens - sequence.Generated;
        int token;
        TokenLogprob? logprob;
        try
        {
            token = _sampler.Sample(
                _runner.Logits(row)[.._sampled], request.Sampling, sequence.History, sequence.Constraint,
                sequence.Generation.Seed, sequence.Choice, sequence.Generated, out logprob);
        }
        catch (Exception e)
        {
            _committer.EndInError(sequence, e is InvalidLogitsException ? e.Message : $"The constraint failed ({e.GetType().Name}).");
            return;
        }

        _committer.Commit(sequence, token, logprob);
    }

    private void SetRan(List<Sequence> sequences)
    {
        _ran.Clear();
        _ran.AddRange(sequences);
    }

    private void SetRan(Sequence sequence)
    {
        _ran.Clear();
        _ran.Add(sequence);
    }
}
