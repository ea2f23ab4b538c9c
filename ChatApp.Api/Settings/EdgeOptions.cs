using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.Settings;

/// <summary>Bounds of the edge, from the section <c>Edge</c>.</summary>
internal sealed record EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Largest request body, in bytes.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a request's body may take to arrive, in seconds.</summary>
    [Range(1, 600)]
    public int BodySeconds { get; init; } = 30;

    /// <summary>The largest file that anyone may upload, in bytes, whatever their plan allows.</summary>
    [Range(1024, 4L << 30)]
    public long MaxUploadBytes { get; init; } = 512L << 20;

    /// <summary>How long an upload may take, in seconds.</summary>
    [Range(1, 3600)]
    public int UploadSeconds { get; init; } = 600;

    /// <summary>How long a request's headers may take to arrive, in seconds.</summary>
    [Range(1, 600)]
    public int HeadersSeconds { get; init; } = 15;

    /// <summary>Most bytes of a request's headers together.</summary>
    [Range(1024, 1 << 20)]
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>Most connections at once; absent: as many as the system allows.</summary>
    public long? MaxConnections { get; init; }

    /// <summary>Proxies and networks whose <c>X-Forwarded-*</c> headers are believed, our own web servers among them; nobody else's are.</summary>
    public string[] KnownProxies { get; init; } = [];

    /// <summary>Origins of pages that may call this server from a browser.</summary>
    public string[] AllowedOrigins { get; init; } = [];

    /// <summary>Refuses credentials over plain HTTP from anywhere but this machine and <see cref="KnownProxies"/>; absent: in every environment but Development.</summary>
    public bool? RequireHttps { get; init; }

    /// <summary>Deepest nesting of a JSON body.</summary>
    [Range(8, 256)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>Silence on a stream after which a <c>: ping</c> keeps intermediaries from closing it, in seconds.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; init; } = 15;

    /// <summary>How long one request may follow the changes of conversations before it has to ask again, in seconds.</summary>
    [Range(1, 86400)]
    public int WatchSeconds { get; init; } = 600;

    /// <summary>How long a viewer is kept while the orchestrator behind its stream is away, in seconds.</summary>
    [Range(0, 600)]
    public int ReattachSeconds { get; init; } = 60;
}
