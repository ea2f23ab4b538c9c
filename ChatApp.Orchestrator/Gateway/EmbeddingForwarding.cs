using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
/// not known go to the model, and only those are metered. The usage told is that of all texts, known or not.
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
        if (missing.Count > 0)
        {
            var asked = request.With("input", new JsonArray([.. missing.Select(i => (JsonNode)texts[i])]));
            var answer = await AskAsync(model, asked, cancellationToken);
            Take(answer, [.. missing.Select(i => (keys[i], texts[i]))], keys, vectors);
            await KeepAsync(missing.Select(i => (keys[i], vectors[i]!)), lifetime);
        }

        return Compose(model, vectors);
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
        return "vector:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }

    /// <summary>Puts the vectors of an answer into their places, also those of texts that were given twice.</summary>
    private static void Take(WholeAnswer answer, List<(string Key, string Text)> asked, List<string> keys, Embedded?[] vectors)
    {
        var root = JsonNode.Parse(answer.Json) as JsonObject;
        var tokens = Shares(root?["usage"]?["prompt_tokens"]?.GetValue<long>() ?? 0, [.. asked.Select(text => (long)Encoding.UTF8.GetByteCount(text.Text))]);
        var byKey = new Dictionary<string, Embedded>();
        foreach (var item in root?["data"] as JsonArray ?? [])
        {
            if (item?["index"]?.GetValue<int>() is { } index && index >= 0 && index < asked.Count && item["embedding"] is { } embedding)
                byKey[asked[index].Key] = new Embedded(tokens[index], JsonSerializer.SerializeToUtf8Bytes(embedding));
        }

        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] ??= byKey.TryGetValue(keys[i], out var vector)
                ? vector
                : throw new UpstreamException(answer.From.Route.Name, UpstreamFailure.Malformed, "The model's server left out an embedding.");
        }
    }

    /// <summary>A server says how many tokens all texts have together: each gets one, the rest is shared by length, and the shares add up.</summary>
    private static long[] Shares(long total, long[] lengths)
    {
        var least = total >= lengths.Length ? 1 : 0;
        var rest = total - (least * lengths.Length);
        var all = Math.Max(1, lengths.Sum());
        long sum = 0, given = 0;
        return Array.ConvertAll(lengths, length =>
        {
            sum += length;
            var share = (rest * sum / all) - given;
            given += share;
            return least + share;
        });
    }

    private static byte[] Compose(CatalogueModel model, Embedded?[] vectors)
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
                json.WriteRawValue(vectors[i]!.Vector);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model.Id);
            var tokens = vectors.Sum(vector => vector!.Tokens);
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private async Task<Embedded?[]> FindAsync(List<string> keys)
    {
        try
        {
            var values = await redis.GetDatabase().StringGetAsync([.. keys.Select(key => (RedisKey)key)]);
            return Array.ConvertAll(values, Embedded.Unpack);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
            return new Embedded?[keys.Count];
        }
    }

    private async Task KeepAsync(IEnumerable<(string Key, Embedded Vector)> vectors, TimeSpan lifetime)
    {
        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(vectors.Select(vector => database.StringSetAsync(vector.Key, vector.Vector.Pack(), lifetime)));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
        }
    }

    /// <summary>A text's vector, as JSON.</summary>
    /// <param name="Tokens">How many tokens the text has.</param>
    private sealed record Embedded(long Tokens, byte[] Vector)
    {
        public static Embedded? Unpack(RedisValue kept) => (byte[]?)kept is { Length: >= sizeof(long) } packed
            ? new Embedded(BinaryPrimitives.ReadInt64LittleEndian(packed), packed[sizeof(long)..])
            : null;

        public byte[] Pack()
        {
            var packed = new byte[sizeof(long) + Vector.Length];
            BinaryPrimitives.WriteInt64LittleEndian(packed, Tokens);
            Vector.CopyTo(packed, sizeof(long));
            return packed;
        }
    }
}
