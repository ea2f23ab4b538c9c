using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// Embeds texts, each text of a tenant only once: vectors are kept by the hash of what they depend on. Only texts that are
/// not known go to the model, and only those are metered.
/// </summary>
internal sealed class EmbeddingForwarding(
    ModelGateway gateway, IConnectionMultiplexer redis, IGenerationLedger ledger, IOptionsMonitor<GatewayOptions> options, ILogger<EmbeddingForwarding> logger)
{
    /// <summary>The answer of <c>/v1/embeddings</c>.</summary>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    public async Task<ReadOnlyMemory<byte>> ForwardAsync(CatalogueModel model, ForwardedRequest request, CancellationToken cancellationToken)
    {
        var lifetime = options.CurrentValue.Cache.EmbeddingLifetime;
        if (lifetime == TimeSpan.Zero || Texts(request) is not { Count: > 0 } texts)
            return (await AskAsync(model, request, cancellationToken)).Json;

        var keys = texts.ConvertAll(text => Key(model, request, text));
        var vectors = await FindAsync(keys);
        var missing = Enumerable.Range(0, texts.Count).Where(i => vectors[i] is null).DistinctBy(i => keys[i]).ToList();
        JsonObject? usage = null;
        if (missing.Count > 0)
        {
            var asked = request.With("input", new JsonArray([.. missing.Select(i => (JsonNode)texts[i])]));
            var answer = await AskAsync(model, asked, cancellationToken);
            usage = Take(answer, missing, keys, vectors);
            await KeepAsync(missing.Select(i => (keys[i], vectors[i]!)), lifetime);
        }

        return Compose(model, vectors, usage);
    }

    private async Task<WholeAnswer> AskAsync(CatalogueModel model, ForwardedRequest request, CancellationToken cancellationToken)
    {
        var answer = await gateway.PostAsync(model, request.Call(), cancellationToken);
        await ledger.RecordAsync(request.Owner, new GenerationRecord(
            request.Operation, answer.From.Model.Id, answer.From.Route.Name, answer.Usage, GenerationOutcome.Completed)
        { RequestId = request.RequestId }, CancellationToken.None);
        return answer;
    }

    private static List<string>? Texts(ForwardedRequest request) => request.Body["input"] switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        JsonArray items when items.All(item => item is JsonValue value && value.TryGetValue<string>(out _)) => [.. items.Select(item => item!.GetValue<string>())],
        _ => null,
    };

    private static string Key(CatalogueModel model, ForwardedRequest request, string text)
    {
        var parts = new[] { request.Owner, model.Id, request.Body["dimensions"]?.ToJsonString() ?? "", request.Body["encoding_format"]?.ToJsonString() ?? "", text };
        return "embedding:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }

    /// <summary>Puts the vectors of an answer into their places, also those of texts that were given twice.</summary>
    private static JsonObject? Take(WholeAnswer answer, List<int> asked, List<string> keys, byte[]?[] vectors)
    {
        var root = JsonNode.Parse(answer.Json) as JsonObject;
        var byKey = new Dictionary<string, byte[]>();
        foreach (var item in root?["data"] as JsonArray ?? [])
        {
            if (item?["index"]?.GetValue<int>() is { } index && index >= 0 && index < asked.Count && item["embedding"] is { } embedding)
                byKey[keys[asked[index]]] = JsonSerializer.SerializeToUtf8Bytes(embedding);
        }

        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] ??= byKey.TryGetValue(keys[i], out var vector)
                ? vector
                : throw new UpstreamException(answer.From.Route.Name, UpstreamFailure.Malformed, "The model's server left out an embedding.");
        }

        return root?["usage"]?.DeepClone() as JsonObject;
    }

    private static byte[] Compose(CatalogueModel model, byte[]?[] vectors, JsonObject? usage)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < vectors.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                json.WritePropertyName("embedding");
                json.WriteRawValue(vectors[i]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model.Id);
            json.WritePropertyName("usage");
            (usage ?? new JsonObject { ["prompt_tokens"] = 0, ["total_tokens"] = 0 }).WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private async Task<byte[]?[]> FindAsync(List<string> keys)
    {
        try
        {
            var values = await redis.GetDatabase().StringGetAsync([.. keys.Select(key => (RedisKey)key)]);
            return Array.ConvertAll(values, value => (byte[]?)value);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
            return new byte[]?[keys.Count];
        }
    }

    private async Task KeepAsync(IEnumerable<(string Key, byte[] Vector)> vectors, TimeSpan lifetime)
    {
        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(vectors.Select(vector => database.StringSetAsync(vector.Key, vector.Vector, lifetime)));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
        }
    }
}
