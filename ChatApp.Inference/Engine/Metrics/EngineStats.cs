namespace ChatApp.Inference.Engine.Metrics;

/// <summary>A consistent snapshot of gauges and totals, taken after a step.</summary>
public readonly record struct EngineStats
{
    /// <summary>Sequences waiting for a lane, preempted ones included.</summary>
    public int Waiting { get; init; }

    /// <summary>Sequences that hold a lane.</summary>
    public int Running { get; init; }

    /// <summary>Of the running, those paused because their reader is slow.</summary>
    public int Paused { get; init; }

    /// <summary>Number of lanes (the largest batch).</summary>
    public int Lanes { get; init; }

    /// <summary>Tokens that fit into a lane.</summary>
    public int LaneTokens { get; init; }

    /// <summary>Tokens whose keys and values are in lanes.</summary>
    public long KvTokensUsed { get; init; }

    /// <summary>Share of lane tokens in use, 0 to 1.</summary>
    public double KvUsage => Lanes == 0 ? 0 : KvTokensUsed / ((double)Lanes * LaneTokens);

    /// <summary>Prompt tokens looked up in the prefix cache, in total.</summary>
    public long PrefixCacheQueries { get; init; }

    /// <summary>Prompt tokens found there, in total.</summary>
    public long PrefixCacheHits { get; init; }

    /// <summary>Steps run.</summary>
    public long Steps { get; init; }

    /// <summary>Steps that failed.</summary>
    public long FailedSteps { get; init; }

    /// <summary>Preemptions, in total.</summary>
    public long Preemptions { get; init; }

    /// <summary>Prompt tokens of admitted requests, in total.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens generated, in total.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Draft tokens proposed by prompt lookup, in total.</summary>
    public long DraftTokens { get; init; }

    /// <summary>Draft tokens accepted, in total.</summary>
    public long AcceptedDraftTokens { get; init; }
}
