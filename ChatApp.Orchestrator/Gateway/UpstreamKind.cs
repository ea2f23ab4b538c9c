namespace ChatApp.Orchestrator.Gateway;

/// <summary>What speaks the OpenAI protocol at an address, and with which additions.</summary>
public enum UpstreamKind
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
