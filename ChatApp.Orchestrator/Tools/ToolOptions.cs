using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Tools;

/// <summary>Section <c>Tools</c>.</summary>
internal sealed record ToolOptions
{
    /// <summary>Tools, by name, that no model is offered and none can call.</summary>
    public List<string> Disabled { get; init; } = [];

    /// <summary>Tools beside the built-in ones, by name: HTTP endpoints.</summary>
    public Dictionary<string, HttpToolOptions> Http { get; init; } = [];

    /// <summary>How long a call may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest result that the model is given, in UTF-16 units; the rest is cut off.</summary>
    [Range(100, 1_000_000)]
    public int LongestResult { get; init; } = 4000;

    /// <summary>How often, within one turn, the model may call tools and go on with their results.</summary>
    [Range(1, 10)]
    public int MostRounds { get; init; } = 10;

    /// <summary>Calls that a model may make at once.</summary>
    [Range(1, 64)]
    public int MostCallsAtOnce { get; init; } = 8;
}

/// <summary>A tool that is an HTTP endpoint of the operator's: it gets the arguments as a JSON body and answers with text.</summary>
internal sealed record HttpToolOptions
{
    [Required]
    public Uri? Url { get; init; }

    [Required]
    public string Description { get; init; } = "";

    /// <summary>JSON schema of the arguments; empty: none are taken.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Whether a call may be repeated when its outcome was lost.</summary>
    public bool Idempotent { get; init; }

    /// <summary>How long a call may take; null: as <see cref="ToolOptions.Timeout"/> says.</summary>
    public TimeSpan? Timeout { get; init; }
}
