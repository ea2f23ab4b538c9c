using System.Net.Http.Headers;
using ChatApp.Orchestrator.Gateway.Settings;

namespace ChatApp.Orchestrator.Gateway.Upstreams;

/// <summary>Where an operation of the protocol is at an upstream, and how it wants to be shown the key.</summary>
internal static class UpstreamAddress
{
    /// <param name="upstream">The upstream.</param>
    /// <param name="operation">The path behind <c>/v1/</c>: <c>chat/completions</c>, <c>models</c>...</param>
    /// <param name="model">What the upstream calls the model; Azure has it in the path.</param>
    public static Uri Of(UpstreamOptions upstream, string operation, string? model)
    {
        var root = upstream.BaseUrl.TrimEnd('/');
        if (upstream.Kind == UpstreamKind.AzureOpenAI)
            return new Uri($"{root}/openai/deployments/{Uri.EscapeDataString(model ?? "")}/{operation}?api-version={Uri.EscapeDataString(upstream.ApiVersion)}");
        return new Uri(root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? $"{root}/{operation}" : $"{root}/v1/{operation}");
    }

    /// <summary>A path beside the protocol, as <c>metrics</c>.</summary>
    public static Uri Beside(UpstreamOptions upstream, string path)
    {
        var root = upstream.BaseUrl.TrimEnd('/');
        return new Uri($"{(root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? root[..^3] : root + "/")}{path}");
    }

    public static void Authorize(HttpRequestMessage request, UpstreamOptions upstream, string? key)
    {
        if (key is null)
            return;
        if (upstream.Kind == UpstreamKind.AzureOpenAI)
            request.Headers.Add("api-key", key);
        else
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }
}
