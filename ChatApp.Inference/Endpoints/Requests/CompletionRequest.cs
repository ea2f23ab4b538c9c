using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>A text completion as asked for. Prompts are text, in which control tokens are not parsed, or token ids, which may be any.</summary>
internal sealed record CompletionRequest
{
    public required string Model { get; init; }

    public required JsonElement Prompt { get; init; }

    public required GenerationRequest Generation { get; init; }

    public required bool Echo { get; init; }

    public required bool Stream { get; init; }

    public required StreamOptions StreamOptions { get; init; }

    public required bool AddSpecialTokens { get; init; }

    public static CompletionRequest Read(JsonElement body, string id)
    {
        var request = new RequestFields(body);
        GenerationFields.RefuseUnsupported(request);
        request.Refuse("suffix", "this model completes at the end only.");
        if (request.Int32("best_of", 1, 128) is > 1)
            throw OpenAIException.Invalid("best_of is not supported: ask for n answers and choose.", "best_of", "unsupported_parameter");
        if (request.Object("response_format")?.Text("type") is not (null or "text"))
            throw OpenAIException.Invalid("response_format goes with /v1/chat/completions.", "response_format", "unsupported_parameter");
        var stream = request.Flag("stream") ?? false;
        return new CompletionRequest
        {
            Model = request.Text("model", 256) ?? throw OpenAIException.Invalid("model is required.", "model", "missing_required_parameter"),
            Prompt = request.Find("prompt") ?? throw OpenAIException.Invalid("prompt is required.", "prompt", "missing_required_parameter"),
            Echo = request.Flag("echo") ?? false,
            Stream = stream,
            StreamOptions = StreamOptions.Read(request, stream),
            AddSpecialTokens = request.Flag("add_special_tokens") ?? true,
            Generation = new GenerationRequest
            {
                Id = id,
                PromptTokens = [],
                Sampling = GenerationFields.Sampling(request, request.Int32("logprobs", 0, SamplingParams.MaxLogprobs)),
                // OpenAI's default for completions.
                MaxTokens = GenerationFields.MaxTokens(request) ?? 16,
                StopStrings = GenerationFields.Stop(request),
                StopTokens = GenerationFields.StopTokens(request),
                IgnoreEos = request.Flag("ignore_eos") ?? false,
                Choices = GenerationFields.Choices(request),
                Tenant = request.Text("cache_salt", 512) ?? "",
                User = request.Text("user", 512) ?? "",
                Priority = GenerationFields.Priority(request),
            },
        };
    }

    /// <summary>The prompts as tokens: one text, one list of ids, or several of either.</summary>
    public List<int[]> Prompts(ServedModel model)
    {
        if (Prompt.ValueKind == JsonValueKind.String)
            return [PromptFactory.Text(model, RequestFields.Text(Prompt, "prompt"), AddSpecialTokens)];
        if (Prompt.ValueKind != JsonValueKind.Array || Prompt.GetArrayLength() == 0)
            throw OpenAIException.Invalid("prompt must be text, an array of texts, or token ids.", "prompt", "invalid_type");
        if (Prompt[0].ValueKind == JsonValueKind.Number)
            return [TokenIds.Read(Prompt, "prompt", model)];
        if (Prompt.GetArrayLength() > RequestLimits.Prompts)
            throw OpenAIException.Invalid($"prompt has {Prompt.GetArrayLength()} entries; at most {RequestLimits.Prompts} are accepted.", "prompt", "array_above_max_length");
        var prompts = new List<int[]>();
        foreach (var item in Prompt.EnumerateArray())
        {
            var path = $"prompt[{prompts.Count}]";
            prompts.Add(item.ValueKind == JsonValueKind.Array
                ? TokenIds.Read(item, path, model)
                : PromptFactory.Text(model, RequestFields.Text(item, path), AddSpecialTokens));
        }
        return prompts;
    }
}

internal static class TokenIds
{
    /// <summary>Token ids of a request, each within the model's vocabulary.</summary>
    public static int[] Read(JsonElement array, string path, ServedModel model)
    {
        var count = array.GetArrayLength();
        // One longer than fits, so that the engine can say what the limit is.
        var ids = new int[Math.Min(count, model.Engine.Model.ContextLength + 1)];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (i == ids.Length)
                break;
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || (uint)id >= (uint)model.Tokenizer.VocabularySize)
                throw OpenAIException.Invalid($"{path}[{i}] must be a token id from 0 to {model.Tokenizer.VocabularySize - 1}.", $"{path}[{i}]", "invalid_value");
            ids[i++] = id;
        }
        return ids;
    }
}
