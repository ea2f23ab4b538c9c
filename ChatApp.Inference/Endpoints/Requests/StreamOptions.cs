using ChatApp.Contracts.OpenAI;
namespace ChatApp.Inference.Endpoints.Requests;

/// <summary><c>stream_options</c>: the usage at the end, and with vLLM's extension with every chunk.</summary>
internal readonly record struct StreamOptions(bool IncludeUsage, bool ContinuousUsage)
{
    public static StreamOptions Read(RequestFields request, bool stream)
    {
        if (request.Object("stream_options") is not { } options)
            return default;
        if (!stream)
            throw OpenAIException.Invalid("stream_options goes with stream: true.", "stream_options", "invalid_value");
        var usage = options.Flag("include_usage") ?? false;
        return new StreamOptions(usage, usage && (options.Flag("continuous_usage_stats") ?? false));
    }
}
