using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>A server that speaks the OpenAI protocol.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Root of its API, with or without <c>/v1</c>; names of the graph are resolved by service discovery.</summary>
    [Required]
    public string BaseUrl { get; init; } = "";

    /// <summary>Where its key is found, never the key itself: <c>env:NAME</c>, <c>file:/path</c> or <c>config:Section:Name</c>.</summary>
    public string? ApiKey { get; init; }

    public UpstreamKind Kind { get; init; } = UpstreamKind.OpenAI;

    /// <summary>Offers every model that the server lists.</summary>
    public bool Discover { get; init; }

    /// <summary>Azure's <c>api-version</c>.</summary>
    public string ApiVersion { get; init; } = "2024-10-21";

    /// <summary>Requests at the same time from this replica; 0: no limit.</summary>
    [Range(0, 100_000)]
    public int MaxConcurrent { get; init; }

    /// <summary>Requests per minute from this replica; 0: no limit.</summary>
    [Range(0, 10_000_000)]
    public int RequestsPerMinute { get; init; }

    /// <summary>Instead of the gateway's.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan? FirstTokenTimeout { get; init; }

    /// <summary>Instead of the gateway's.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan? TokenTimeout { get; init; }

    /// <summary>Whether it understands vLLM's additions.</summary>
    internal bool SpeaksVllm => Kind is UpstreamKind.Vllm or UpstreamKind.ChatApp;
}

/// <summary>What speaks the OpenAI protocol at an address, and with which additions.</summary>
internal enum UpstreamKind
{
    /// <summary>OpenAI, and whatever is compatible with it.</summary>
    OpenAI,

    /// <summary>Azure OpenAI: a deployment in the path, the key in <c>api-key</c>.</summary>
    AzureOpenAI,

    /// <summary>Continues messages, salts its prefix cache, takes priorities, tells its queue at <c>/metrics</c>.</summary>
    Vllm,

    /// <summary>Continues an assistant message that comes last by itself.</summary>
    Ollama,

    /// <summary>This product's inference service; as vLLM.</summary>
    ChatApp,
}
