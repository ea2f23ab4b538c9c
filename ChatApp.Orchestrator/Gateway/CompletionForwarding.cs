using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Forwards OpenAI requests that belong to no conversation, and meters them.</summary>
public sealed class CompletionForwarding(ModelCatalogue catalogue, ModelGateway gateway, UsageStore usages, ILogger<CompletionForwarding> logger)
{
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["chat.completions"] = "v1/chat/completions",
        ["completions"] = "v1/completions",
        ["embeddings"] = "v1/embeddings",
    };

    /// <summary>The answer's JSON objects: one, or with <c>stream</c> one for each chunk.</summary>
    /// <exception cref="RefusedException">The operation, the body or the model is wrong.</exception>
    /// <exception cref="UpstreamException">The model refused or failed.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ForwardAsync(
        string owner, string operation, ReadOnlyMemory<byte> body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Paths.TryGetValue(operation, out var path))
            throw RefusedException.Invalid("operation", $"Unknown operation; there are {string.Join(", ", Paths.Keys)}.");

        var request = Parse(body);
        var model = await catalogue.ResolveAsync(Text(request, "model"), cancellationToken);
        var streamed = request["stream"] is JsonValue flag && flag.TryGetValue<bool>(out var on) && on;
        var tally = new ForwardedUsage();
        try
        {
            if (!streamed)
            {
                var answer = await gateway.PostAsync(model, route => (path, Compose(request, route, owner, false)), cancellationToken);
                tally.Read(answer);
                yield return answer;
                yield break;
            }

            var wantsUsage = WantsUsage(request);
            await foreach (var (_, chunk) in gateway.StreamAsync(model, route => (path, Compose(request, route, owner, true)), cancellationToken))
            {
                var usageOnly = tally.Read(chunk);
                if (wantsUsage || !usageOnly)
                    yield return chunk;
            }
        }
        finally
        {
            if (tally.Any)
                await RecordAsync(owner, new GenerationRecord(operation, model.Id, "", tally.Usage, GenerationOutcome.Completed));
        }
    }

    // Also when the caller is gone: what was generated was used.
    private async Task RecordAsync(string owner, GenerationRecord generation)
    {
        try
        {
            await usages.RecordAsync(owner, generation, CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            Log.UsageLost(logger, exception.Message);
        }
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject
                ?? throw RefusedException.Invalid("body", "The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw RefusedException.Invalid("body", $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).");
        }
        catch (ArgumentException)
        {
            throw RefusedException.Invalid("body", "The body names a property twice.");
        }
    }

    private static byte[] Compose(JsonObject request, UpstreamRoute route, string owner, bool stream)
    {
        var body = (JsonObject)request.DeepClone();
        body["model"] = route.Model;
        // Ours to say, never the caller's.
        body.Remove("cache_salt");
        body.Remove("priority");
        if (route.Upstream.Dialect == UpstreamDialect.Vllm)
            body["cache_salt"] = ChatProtocol.CacheSalt(owner);
        if (stream)
        {
            var options = body["stream_options"] as JsonObject ?? [];
            body["stream_options"] = options.DeepClone();
            body["stream_options"]!["include_usage"] = true;
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private static bool WantsUsage(JsonObject request) =>
        request["stream_options"] is JsonObject options && options["include_usage"] is JsonValue value && value.TryGetValue<bool>(out var on) && on;

    private static string? Text(JsonObject request, string property) =>
        request[property] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
