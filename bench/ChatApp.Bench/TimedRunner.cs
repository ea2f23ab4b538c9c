using System.Diagnostics;
using ChatApp.Inference.Engine.Runner;

namespace ChatApp.Bench;

/// <summary>Adds up the time that an engine spends inside of the model: the rest of its loop is its own cost, however busy the machine.</summary>
internal sealed class TimedRunner(IModelRunner inner) : IModelRunner
{
    private long _inside;
    private long _first;
    private long _last;

    public LoadedModel Model => inner.Model;

    public int Lanes => inner.Lanes;

    public int LaneTokens => inner.LaneTokens;

    public int BlockSlots => inner.BlockSlots;

    public int MaxLogitRows => inner.MaxLogitRows;

    public int Steps { get; private set; }

    /// <summary>Time between the end of a decode and the start of the next, milliseconds a step.</summary>
    public double OutsideMs => Steps < 2 ? 0 : (Stopwatch.GetElapsedTime(_first, _last).TotalMilliseconds - Stopwatch.GetElapsedTime(0, _inside).TotalMilliseconds) / (Steps - 1);

    /// <summary>Time inside of the model, milliseconds a step.</summary>
    public double InsideMs => Steps < 2 ? 0 : Stopwatch.GetElapsedTime(0, _inside).TotalMilliseconds / (Steps - 1);

    public void Reset() => (Steps, _inside, _first, _last) = (0, 0, 0, 0);

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        var began = Stopwatch.GetTimestamp();
        inner.Decode(tokens, positions);
        _last = Stopwatch.GetTimestamp();
        if (Steps++ == 0)
            _first = _last;
        else
            _inside += _last - began;
    }

    public void Extend(int lane, int position, ReadOnlySpan<int> tokens, int logitRows)
    {
        inner.Extend(lane, position, tokens, logitRows);

        // Only uninterrupted decoding is measured.
        Reset();
    }

    public Span<float> Logits(int row) => inner.Logits(row);

    public void CopyLane(int from, int to, int tokens) => inner.CopyLane(from, to, tokens);

    public void SaveBlock(int lane, int firstToken, int slot) => inner.SaveBlock(lane, firstToken, slot);

    public void LoadBlock(int slot, int lane, int firstToken) => inner.LoadBlock(slot, lane, firstToken);

    public void Restart() => inner.Restart();

    public void Dispose() => inner.Dispose();
}
