using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>A request on its way to whichever upstream takes it.</summary>
internal sealed record GatewayCall
{
    /// <summary>Who pays.</summary>
    public required string Owner { get; init; }

    /// <summary>What it is for, as the usage events say it: <c>turn</c>, <c>chat.completions</c>...</summary>
    public required string Purpose { get; init; }

    /// <summary>The path behind <c>/v1/</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The body for a route: upstreams name models differently and understand different additions.</summary>
    public required Func<UpstreamRoute, ComposeMode, byte[]> Compose { get; init; }

    public required RouteNeeds Needs { get; init; }

    /// <summary>Length of what the model is given.</summary>
    public int PromptBytes { get; init; }

    /// <summary>For <c>auto</c>: not for the fast tier, as after a tool call that failed.</summary>
    public bool IsHard { get; init; }

    /// <summary>Pieces that an answer may have; what fits the model where nothing less was asked for.</summary>
    public int? LongestAnswer { get; init; }

    /// <summary>Answers generated at once.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Choices that the answer has: an answer is whole when each of them has ended. Not those of <c>best_of</c> that the server drops.</summary>
    public int AnsweredChoices { get; init; } = 1;
}

/// <summary>What a body is composed for.</summary>
internal enum ComposeMode
{
    Answer,

    /// <summary>With log-probabilities, by which the answer's beginning is judged.</summary>
    Judged,
}

/// <summary>What a request needs of who answers it.</summary>
internal sealed record RouteNeeds
{
    /// <summary>Requests of one key go to one replica and one version of a model, as long as they can.</summary>
    public required string Affinity { get; init; }

    /// <summary>As in <see cref="ModelOptions.Capabilities"/>.</summary>
    public IReadOnlyCollection<string> Capabilities { get; init; } = [];

    /// <summary>Only upstreams that can continue an answer from its text.</summary>
    public bool MustContinue { get; init; }
}
