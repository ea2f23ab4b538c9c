using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Counts tokens with the serving model's own tokenizer; where a server offers none, estimates on the safe side.</summary>
internal sealed class TokenCounter(UpstreamClient client, ILogger<TokenCounter> logger)
{
    private const int MostRemembered = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Policy texts and summaries come again with every turn; keyed by hash, so nothing anyone wrote is kept.
    private readonly ConcurrentDictionary<string, int> _remembered = new();

    /// <summary>No text has more tokens than bytes: good enough to know that something fits without asking.</summary>
    public static int UpperBound(string text) => Encoding.UTF8.GetByteCount(text);

    /// <summary>The tokens of a text by itself.</summary>
    public async Task<int> CountAsync(CatalogueModel model, string text, CancellationToken cancellationToken)
    {
        if (text.Length == 0)
            return 0;
        var key = $"{model.Id}:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
        if (_remembered.TryGetValue(key, out var known))
            return known;
        if (await AskAsync(model, json =>
            {
                json.WriteString("prompt", text);
                json.WriteBoolean("add_special_tokens", false);
            }, cancellationToken) is not { } count)
            return Estimate(text);

        if (_remembered.Count >= MostRemembered)
            _remembered.Clear();
        _remembered[key] = count;
        return count;
    }

    /// <summary>The tokens of a whole prompt as the model's template renders it; null when its server can't tell.</summary>
    public Task<int?> CountAsync(
        CatalogueModel model, IReadOnlyList<ChatMessage> messages, IReadOnlyList<AIFunctionDeclaration> tools, CancellationToken cancellationToken) =>
        AskAsync(model, json =>
        {
            json.WriteStartArray("messages");
            foreach (var message in messages)
                ChatProtocol.WriteMessage(json, message);
            json.WriteEndArray();
            ChatProtocol.WriteTools(json, tools);
            json.WriteBoolean("add_generation_prompt", true);
        }, cancellationToken);

    private async Task<int?> AskAsync(CatalogueModel model, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var route = model.Routes.FirstOrDefault(route => route.Upstream.SpeaksVllm);
        if (route is null)
            return null;

        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", route.Model);
            write(json);
            json.WriteEndObject();
        }

        try
        {
            using var answer = JsonDocument.Parse(
                await client.TokenizeAsync(route, body.ToArray(), Patience, cancellationToken));
            return answer.RootElement.GetProperty("count").GetInt32();
        }
        catch (Exception exception) when (exception is UpstreamException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            Log.CountFailed(logger, route.Name, exception.Message);
            return null;
        }
    }

    // Three bytes a token is more tokens than any common tokenizer makes of prose or code.
    private static int Estimate(string text) => (UpperBound(text) / 3) + 1;
}
