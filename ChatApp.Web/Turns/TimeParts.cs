namespace ChatApp.Web.Turns;

/// <summary>Where a turn's time went, in milliseconds; several model runs and tool rounds are added up.</summary>
public sealed record TimeParts
{
    public double QueueMs { get; init; }
    public double PromptMs { get; init; }
    public double RetrievalMs { get; init; }
    public double ToolsMs { get; init; }
    public double PrefillMs { get; init; }
    public double DecodeMs { get; init; }

    /// <summary>Of model runs whose server does not tell its queue, prefill and decode: until the first token.</summary>
    public double ModelFirstTokenMs { get; init; }

    /// <summary>Of the same runs: from the first token on.</summary>
    public double ModelRestMs { get; init; }

    /// <summary>The turn went to another server on its way, and what the former one measured is missing.</summary>
    public bool Partial { get; init; }
}
