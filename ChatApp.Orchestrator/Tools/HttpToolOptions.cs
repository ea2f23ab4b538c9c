using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Tools;

/// <summary>A tool that is an HTTP endpoint of the operator's: it gets the arguments as a JSON body and answers with text.</summary>
public sealed record HttpToolOptions
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
