using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// The gateway's embeddings under the abstraction of Microsoft.Extensions.AI: with its routes, its cache of texts and its metering.
/// Without a model in the options the first one that embeds answers.
/// </summary>
/// <param name="forwarding">What answers stateless calls.</param>
/// <param name="owner">Whose request it is, and who is metered.</param>
internal sealed class GatewayEmbeddings(CompletionForwarding forwarding, string owner) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <exception cref="Errors.RefusedException">The model is unknown, or does not embed.</exception>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = new Dictionary<string, object> { ["input"] = values.ToArray(), ["encoding_format"] = "float" };
        if (options?.ModelId is { } model)
            body["model"] = model;
        if (options?.Dimensions is { } dimensions)
            body["dimensions"] = dimensions;

        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        await foreach (var json in forwarding.ForwardAsync(owner, "embeddings", JsonSerializer.SerializeToUtf8Bytes(body), cancellationToken))
        {
            using var answer = JsonDocument.Parse(json);
            var from = answer.RootElement.TryGetProperty("model", out var named) ? named.GetString() : null;
            foreach (var item in answer.RootElement.GetProperty("data").EnumerateArray().OrderBy(item => item.GetProperty("index").GetInt32()))
                embeddings.Add(new Embedding<float>(Vector(item.GetProperty("embedding"))) { ModelId = from });
            if (answer.RootElement.TryGetProperty("usage", out var usage) && usage.TryGetProperty("prompt_tokens", out var tokens))
                embeddings.Usage = new UsageDetails { InputTokenCount = tokens.GetInt64(), TotalTokenCount = tokens.GetInt64() };
        }

        return embeddings;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The gateway is everybody's.
    }

    // Some servers answer in base64 whatever they are asked for.
    private static float[] Vector(JsonElement embedding) => embedding.ValueKind == JsonValueKind.String
        ? MemoryMarshal.Cast<byte, float>(embedding.GetBytesFromBase64()).ToArray()
        : [.. embedding.EnumerateArray().Select(number => number.GetSingle())];
}
