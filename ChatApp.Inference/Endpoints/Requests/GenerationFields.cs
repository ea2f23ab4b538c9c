using System.Globalization;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>The fields that chat and text completions share, as the engine takes them. Ranges are the engine's to check.</summary>
internal static class GenerationFields
{
    public static SamplingParams Sampling(RequestFields request, int? logprobs) => new()
    {
        Temperature = request.Single("temperature") ?? 1,
        TopK = TopK(request),
        TopP = request.Single("top_p") ?? 1,
        MinP = request.Single("min_p") ?? 0,
        RepetitionPenalty = request.Single("repetition_penalty") ?? 1,
        FrequencyPenalty = request.Single("frequency_penalty") ?? 0,
        PresencePenalty = request.Single("presence_penalty") ?? 0,
        LogitBias = LogitBias(request),
        Seed = request.Integer("seed"),
        Logprobs = logprobs,
    };

    public static int Choices(RequestFields request) => request.Int32("n", 1, 128) ?? 1;

    public static IReadOnlyList<string> Stop(RequestFields request)
    {
        if (request.Find("stop") is not { } stop)
            return [];
        if (stop.ValueKind == JsonValueKind.String)
            return stop.GetString() is { Length: > 0 } ? [request.Text("stop", GenerationRequest.MaxStopStringLength)!] : [];
        var stops = new List<string>();
        foreach (var item in request.Array("stop", GenerationRequest.MaxStopStrings)!.Value.EnumerateArray())
            stops.Add(RequestFields.Text(item, $"stop[{stops.Count}]", GenerationRequest.MaxStopStringLength));
        return stops;
    }

    public static IReadOnlyList<int> StopTokens(RequestFields request)
    {
        var tokens = new List<int>();
        foreach (var item in request.Array("stop_token_ids", GenerationRequest.MaxStopStrings)?.EnumerateArray() ?? default)
        {
            tokens.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) ? id
                : throw OpenAIException.Invalid($"stop_token_ids[{tokens.Count}] must be a token id.", $"stop_token_ids[{tokens.Count}]", "invalid_type"));
        }
        return tokens;
    }

    /// <summary>vLLM's convention: 0 is ordinary, larger waits longer. Everything that yields counts as background.</summary>
    public static RequestPriority Priority(RequestFields request) =>
        request.Integer("priority") > 0 ? RequestPriority.Background : RequestPriority.Interactive;

    public static int? MaxTokens(RequestFields request) =>
        request.Int32("max_completion_tokens", 1, int.MaxValue) ?? request.Int32("max_tokens", 1, int.MaxValue);

    /// <summary>Refuses what would change the answer and is not done here, by name.</summary>
    public static void RefuseUnsupported(RequestFields request)
    {
        request.Refuse("chat_template", "templates come with the model, not with a request.");
        request.Refuse("audio", "this model writes text only.");
        request.Refuse("web_search_options", "offer a search tool in tools instead.");
        request.Refuse("guided_grammar", "use response_format with a JSON schema.");
        request.Refuse("guided_regex", "use response_format with a JSON schema whose string has a pattern.");
        request.Refuse("prompt_logprobs", "logprobs are reported for generated tokens only.");
        if (request.Flag("store") == true)
            throw OpenAIException.Invalid("store is not supported: answers are not kept here.", "store", "unsupported_parameter");
        if (request.Flag("use_beam_search") == true)
            throw OpenAIException.Invalid("use_beam_search is not supported: answers are sampled.", "use_beam_search", "unsupported_parameter");
        if (request.Array("modalities", 8) is { } modalities && modalities.EnumerateArray().Any(m => m.ValueKind != JsonValueKind.String || m.GetString() != "text"))
            throw OpenAIException.Invalid("modalities must be [\"text\"]: this model writes text only.", "modalities", "unsupported_parameter");
    }

    /// <summary>vLLM writes "all tokens" as -1, the engine as 0.</summary>
    private static int TopK(RequestFields request) => request.Int32("top_k", -1, int.MaxValue) is { } k and > 0 ? k : 0;

    private static Dictionary<int, float> LogitBias(RequestFields request)
    {
        var bias = new Dictionary<int, float>();
        if (request.Object("logit_bias") is not { } fields)
            return bias;
        var count = fields.Element.GetPropertyCount();
        if (count > SamplingParams.MaxLogitBias)
            throw OpenAIException.Invalid($"logit_bias has {count} entries; at most {SamplingParams.MaxLogitBias} are accepted.", "logit_bias", "object_above_max_properties");
        foreach (var entry in fields.Element.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
                throw OpenAIException.Invalid($"logit_bias has the key '{entry.Name}'; keys are token ids.", "logit_bias", "invalid_value");
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetSingle(out var value) || !float.IsFinite(value))
                throw OpenAIException.Invalid($"logit_bias.{entry.Name} must be a number from -100 to 100.", $"logit_bias.{entry.Name}", "invalid_type");
            bias[token] = value;
        }
        return bias;
    }
}
