using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api;

/// <summary>Bounds of the edge, from the section <c>Edge</c>.</summary>
public sealed record EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Largest request body, in bytes.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Deepest nesting of a JSON body.</summary>
    [Range(8, 256)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>Silence on a stream after which a <c>: ping</c> keeps intermediaries from closing it, in seconds.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; init; } = 15;

    /// <summary>How long a viewer is kept while the orchestrator behind its stream is away, in seconds.</summary>
    [Range(0, 600)]
    public int ReattachSeconds { get; init; } = 60;
}
