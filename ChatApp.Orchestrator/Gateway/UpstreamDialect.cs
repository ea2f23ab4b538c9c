namespace ChatApp.Orchestrator.Gateway;

public enum UpstreamDialect
{
    OpenAI,

    /// <summary>OpenAI's protocol with vLLM's additions, as <c>ChatApp.Inference</c> and vLLM speak it.</summary>
    Vllm,
}
