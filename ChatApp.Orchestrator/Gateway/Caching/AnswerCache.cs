using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Gateway.Caching;

/// <summary>
/// Answers to exactly the same stateless request at temperature 0, for tenants that chose it. Kept apart by tenant; whole
/// answers only. Redis away means that the model is asked.
/// </summary>
internal sealed class AnswerCache(IConnectionMultiplexer redis, IOptionsMonitor<GatewayOptions> options, ILogger<AnswerCache> logger)
{
    /// <returns>Under which key the request's answer is kept; null when it is not to be kept.</returns>
    public string? KeyOf(CatalogueModel model, ForwardedRequest request)
    {
        var tenants = options.CurrentValue.Cache.AnswersFor;
        if (!request.IsGreedy || !(tenants.Contains("*") || tenants.Contains(request.Owner)))
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new[] { request.Owner, request.Operation, model.Id }));
        hash.AppendData(Canonical(request.Body));
        return "answer:" + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <returns>The JSON objects of the answer, or null.</returns>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> FindAsync(string key)
    {
        try
        {
            return (byte[]?)await redis.GetDatabase().StringGetAsync(key) is { } kept ? PackedAnswer.Unpack(kept) : null;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
            return null;
        }
    }

    public async Task KeepAsync(string key, IReadOnlyList<ReadOnlyMemory<byte>> answer)
    {
        var cache = options.CurrentValue.Cache;
        if (answer.Count == 0 || answer.Sum(part => (long)part.Length) > cache.LongestAnswerBytes)
            return;
        try
        {
            await redis.GetDatabase().StringSetAsync(key, PackedAnswer.Pack(answer), cache.AnswerLifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Log.CacheAway(logger, exception.Message);
        }
    }

    // The same request written in another order of its fields is the same request; its id is not part of it.
    private static byte[] Canonical(JsonObject body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, new JsonObject(body.Where(field => field.Key is not ("request_id" or "user" or "metadata")).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))));
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                json.WriteStartObject();
                foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case JsonArray items:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                node.WriteTo(json);
                break;
        }
    }
}
