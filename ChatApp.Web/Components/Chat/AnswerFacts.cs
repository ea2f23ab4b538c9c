using System.Globalization;
using System.Text.Json;
using ChatApp.Web.Api;
using ChatApp.Web.Localization;
using ChatApp.Web.Turns;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Components.Chat;

/// <summary>The line under an answer: model, tokens, times and cost.</summary>
public static class AnswerFacts
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

        facts.AddRange(node.Notices.Where(notice => notice.Code == "context_trimmed" && !string.IsNullOrEmpty(notice.Text)).Select(notice => notice.Text!));
        return string.Join(" · ", facts);
    }

    /// <summary>Takes usage and times out of a turn's receipt, wherever in it they stand.</summary>
    public static void TakeReceipt(MessageNode node, JsonElement receipt)
    {
        var usage = Read<TurnUsage>(receipt, "usage");
        var timings = Read<TurnTimings>(receipt, "timings");
        node.TakeFacts(usage, timings);
    }

    private static T? Read<T>(JsonElement receipt, string name)
        where T : class
    {
        try
        {
            return receipt.ValueKind == JsonValueKind.Object && receipt.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
                ? value.Deserialize<T>(ApiJson.Options)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
