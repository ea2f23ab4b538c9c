using System.Text.Json;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.OpenAI;

/// <summary>Reads the sampling fields of a request that runs as a conversation turn.</summary>
internal static class SamplingFields
{
    public static (Sampling Sampling, OpenAIError? Error) Read(JsonElement body)
    {
        var sampling = new Sampling();
        OpenAIError? error = null;

        Number("temperature", 0, 2, value => sampling.Temperature = value);
        Number("top_p", 0, 1, value => sampling.TopP = value);
        Number("frequency_penalty", -2, 2, value => sampling.FrequencyPenalty = value);
        Number("presence_penalty", -2, 2, value => sampling.PresencePenalty = value);
        Integer("max_tokens", 1, int.MaxValue, value => sampling.MaxTokens = (int)value);
        Integer("max_completion_tokens", 1, int.MaxValue, value => sampling.MaxTokens = (int)value);
        Integer("seed", long.MinValue, long.MaxValue, value => sampling.Seed = value);
        Stop();
        return (sampling, error);

        void Number(string name, double min, double max, Action<double> set)
        {
            if (!Find(name, out var value))
                return;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max)
                set(number);
            else
                error ??= OpenAIError.Invalid($"'{name}' must be a number from {min} to {max}.", name, "invalid_value");
        }

        void Integer(string name, long min, long max, Action<long> set)
        {
            if (!Find(name, out var value))
                return;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
                set(number);
            else
                error ??= OpenAIError.Invalid($"'{name}' must be a whole number of at least {min}.", name, "invalid_value");
        }

        void Stop()
        {
            if (!Find("stop", out var value))
                return;
            if (value.ValueKind == JsonValueKind.String)
                sampling.Stop.Add(value.GetString()!);
            else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= 4 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                sampling.Stop.AddRange(value.EnumerateArray().Select(item => item.GetString()!));
            else
                error ??= OpenAIError.Invalid("'stop' must be a string or a list of at most 4 strings.", "stop", "invalid_value");
        }

        bool Find(string name, out JsonElement value) =>
            body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
