namespace ChatApp.Inference.Endpoints;

/// <summary>Usage of a stream up to now, which goes out with every chunk (<c>stream_options.continuous_usage_stats</c>).</summary>
internal sealed class UsageSoFar(int promptTokens)
{
    public int PromptTokens { get; set; } = promptTokens;

    public int CompletionTokens { get; set; }
}
