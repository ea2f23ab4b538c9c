using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary>Reads the sampling fields, already checked, of a request that runs as a conversation turn.</summary>
internal static class SamplingFields
{
    public static Sampling Read(JsonElement body)
    {
        var sampling = new Sampling();
        if (JsonFields.Find(body, "temperature") is { } temperature)
            sampling.Temperature = temperature.GetDouble();
        if (JsonFields.Find(body, "top_p") is { } topP)
            sampling.TopP = topP.GetDouble();
        if (JsonFields.Find(body, "frequency_penalty") is { } frequency)
            sampling.FrequencyPenalty = frequency.GetDouble();
        if (JsonFields.Find(body, "presence_penalty") is { } presence)
            sampling.PresencePenalty = presence.GetDouble();
        if ((JsonFields.WholeNumber(body, "max_completion_tokens") ?? JsonFields.WholeNumber(body, "max_tokens")) is { } maxTokens)
            sampling.MaxTokens = (int)maxTokens;
        if (JsonFields.WholeNumber(body, "seed") is { } seed)
            sampling.Seed = seed;
        if (JsonFields.Find(body, "stop") is { } stop)
            sampling.Stop.AddRange(stop.ValueKind == JsonValueKind.String ? [stop.GetString()!] : stop.EnumerateArray().Select(item => item.GetString()!));
        if (RequestSchema.ReasoningEffort(body) is { } effort)
            sampling.ReasoningEffort = effort;
        return sampling;
    }
}
