using System.Globalization;
using System.Text.Json;
using ChatApp.Web.Api;
using ChatApp.Web.Localization;
using ChatApp.Web.Turns;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Components.Chat;

/// <summary>The line under an answer: model, tokens, times and cost.</summary>
internal static class AnswerFacts
{
    /// <summary>The line, or null when its turn has to be asked first.</summary>
    public static string? Of(MessageNode node, ModelInfo? model, IStringLocalizer<UiText> text)
    {
        if (node.Usage is not { } usage)
            return null;
        var culture = CultureInfo.CurrentCulture;
        var facts = new List<string>();
        if (node.Model is { } name)
            facts.Add(name);
        facts.Add(usage.CachedTokens > 0
            ? text["Facts_TokensCached", usage.InputTokens, usage.CachedTokens, usage.OutputTokens]
            : text["Facts_Tokens", usage.InputTokens, usage.OutputTokens]);
        if (node.Timings is { } timings)
        {
            if (timings.TimeToFirstTokenMs > 0)
                facts.Add(text["Facts_FirstToken", timings.TimeToFirstTokenMs.ToString("0", culture)]);
            if (timings.TokensPerSecond > 0)
                facts.Add(text["Facts_Rate", timings.TokensPerSecond.ToString("0.0", culture)]);
        }

        if (model is { InputPricePerMillion: > 0 } or { OutputPricePerMillion: > 0 })
        {
            var cost = ((usage.InputTokens * model.InputPricePerMillion) + (usage.OutputTokens * model.OutputPricePerMillion)) / 1_000_000;
            facts.Add(text["Facts_Cost", cost.ToString("0.######", culture)]);
        }

        if (node.LeftOut > 0)
            facts.Add(text["Facts_LeftOut", node.LeftOut]);
        return string.Join(" · ", facts);
    }

    /// <summary>Takes usage, times and what was left out of the prompt from a turn's receipt (docs/receipts.md).</summary>
    public static void TakeReceipt(MessageNode node, JsonElement receipt)
    {
        if (Part(receipt, "usage") is { } usage)
            node.TakeFacts(new TurnUsage((int)Number(usage, "inputTokens"), (int)Number(usage, "cachedTokens"), (int)Number(usage, "outputTokens")));
        if (Part(receipt, "timings") is { } timings)
            node.TakeFacts(timings: new TurnTimings(Number(timings, "ttftMs"), Number(timings, "tokensPerSecond"), Number(timings, "totalMs"), Parts(timings)));
        if (Part(receipt, "prompt") is { } prompt && prompt.TryGetProperty("leftOut", out var leftOut) && leftOut.ValueKind == JsonValueKind.Array)
            node.TakeFacts(leftOut: leftOut.GetArrayLength());
    }

    private static TimeParts? Parts(JsonElement timings) => Part(timings, "parts") is not { } parts ? null : new TimeParts
    {
        QueueMs = Number(parts, "queueMs"),
        PromptMs = Number(parts, "promptMs"),
        RetrievalMs = Number(parts, "retrievalMs"),
        ToolsMs = Number(parts, "toolsMs"),
        PrefillMs = Number(parts, "prefillMs"),
        DecodeMs = Number(parts, "decodeMs"),
        ModelFirstTokenMs = Number(parts, "modelFirstTokenMs"),
        ModelRestMs = Number(parts, "modelRestMs"),
        Partial = parts.TryGetProperty("partial", out var partial) && partial.ValueKind == JsonValueKind.True,
    };

    private static JsonElement? Part(JsonElement receipt, string name) =>
        receipt.ValueKind == JsonValueKind.Object && receipt.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static double Number(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : 0;
}
