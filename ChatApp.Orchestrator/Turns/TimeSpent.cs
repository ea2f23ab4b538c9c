using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <summary>Where a turn's time went, added up over its model runs and tool rounds: the answer to "why was this slow".</summary>
public sealed class TimeSpent
{
    private readonly TimeParts _parts = new();

    /// <summary>The history was loaded, or a prompt was made of it.</summary>
    public void OnPrompt(TimeSpan took) => _parts.PromptMs += took.TotalMilliseconds;

    /// <summary>A round of tools, which run side by side.</summary>
    public void OnTools(TimeSpan took) => _parts.ToolsMs += took.TotalMilliseconds;

    /// <summary>One model run, whatever way it ended.</summary>
    /// <param name="untilFirst">Until its first token, or its end where none came.</param>
    /// <param name="rest">From there on.</param>
    /// <param name="told">What its server measured. Then what the network and the gateway add is none of the parts.</param>
    public void OnModel(TimeSpan untilFirst, TimeSpan rest, GenerationTimes? told)
    {
        if (told is null)
        {
            _parts.ModelFirstTokenMs += untilFirst.TotalMilliseconds;
            _parts.ModelRestMs += rest.TotalMilliseconds;
            return;
        }

        _parts.QueueMs += told.Queue.TotalMilliseconds;
        _parts.PrefillMs += told.Prefill.TotalMilliseconds;
        _parts.DecodeMs += told.Decode.TotalMilliseconds;
    }

    /// <summary>The turn was begun by a replica that took its measurements with it; how long its tools ran is on record.</summary>
    public void FollowEarlierOwner(IEnumerable<ToolStep> finished)
    {
        _parts.Partial = true;
        _parts.ToolsMs += finished.GroupBy(step => step.Round).Sum(round => round.Max(step => step.DurationMs));
    }

    public TimeParts ToParts() => _parts.Clone();
}
