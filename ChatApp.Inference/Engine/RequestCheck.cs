using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Runner;

namespace ChatApp.Inference.Engine;

/// <summary>Refuses requests that are wrong or can never fit, before they are queued.</summary>
internal static class RequestCheck
{
    /// <exception cref="RequestRefusedException"><see cref="RefusalKind.Invalid"/> or <see cref="RefusalKind.TooLong"/>, with the numbers.</exception>
    public static void ThrowIfInvalid(GenerationRequest request, LoadedModel model, EngineOptions options, int textVocabulary)
    {
        var vocabulary = Math.Min(model.VocabularySize, textVocabulary);
        if (request.Choices < 1 || request.Choices > options.MaxChoices)
            throw Invalid($"n is {request.Choices}; accepted: 1 to {options.MaxChoices}.");
        if (request.MaxTokens < 1)
            throw Invalid($"max_tokens is {request.MaxTokens}; it must be at least 1.");
        if (request.PromptTokens.Length == 0)
            throw Invalid("The prompt is empty; it must have at least one token.");
        CheckLength(request, model);
        foreach (var token in request.PromptTokens)
        {
            if ((uint)token >= (uint)model.VocabularySize)
                throw Invalid($"The prompt holds token {token}, which is not in the vocabulary (0 to {model.VocabularySize - 1}).");
        }

        CheckStops(request);
        if (request.Sampling.Validate(vocabulary) is { } wrong)
            throw Invalid(wrong);
    }

    private static void CheckLength(GenerationRequest request, LoadedModel model)
    {
        var prompt = request.PromptTokens.Length;
        if (prompt >= model.ContextLength)
        {
            throw new RequestRefusedException(
                RefusalKind.TooLong, $"The prompt has {prompt} tokens; model '{model.Id}' takes {model.ContextLength} for prompt and answer together.");
        }

        if (request.MaxTokens is { } wanted && wanted > model.ContextLength - prompt)
        {
            throw new RequestRefusedException(
                RefusalKind.TooLong,
                $"The prompt has {prompt} tokens and max_tokens is {wanted}: together {(long)prompt + wanted}, more than the {model.ContextLength} that model '{model.Id}' takes. " +
                $"Shorten the prompt or ask for at most {model.ContextLength - prompt} tokens.");
        }
    }

    private static void CheckStops(GenerationRequest request)
    {
        if (request.StopStrings.Count > GenerationRequest.MaxStopStrings)
            throw Invalid($"stop has {request.StopStrings.Count} entries; at most {GenerationRequest.MaxStopStrings} are accepted.");
        if (request.StopTokens.Count > GenerationRequest.MaxStopStrings)
            throw Invalid($"stop_token_ids has {request.StopTokens.Count} entries; at most {GenerationRequest.MaxStopStrings} are accepted.");
        foreach (var stop in request.StopStrings)
        {
            if (stop.Length is 0 or > GenerationRequest.MaxStopStringLength)
                throw Invalid($"A stop string has {stop.Length} characters; accepted: 1 to {GenerationRequest.MaxStopStringLength}.");
        }
    }

    private static RequestRefusedException Invalid(string message) => new(RefusalKind.Invalid, message);
}
