using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>A chat completion as asked for, read and checked as far as it does not depend on the model.</summary>
internal sealed record ChatRequest
{
    private const int MaximumDocuments = 256;

    public required string Model { get; init; }

    public required ChatTemplateInput Template { get; init; }

    public required IReadOnlyList<ToolDefinition> Tools { get; init; }

    public required ToolChoice ToolChoice { get; init; }

    public required bool ParallelToolCalls { get; init; }

    public required ResponseFormat? Format { get; init; }

    public required SamplingParams Sampling { get; init; }

    public required int Choices { get; init; }

    public required int? MaxTokens { get; init; }

    public required IReadOnlyList<string> Stop { get; init; }

    public required IReadOnlyList<int> StopTokens { get; init; }

    public required bool Stream { get; init; }

    public required StreamOptions StreamOptions { get; init; }

    public required string User { get; init; }

    public required string CacheSalt { get; init; }

    public required RequestPriority Priority { get; init; }

    public required bool IgnoreEos { get; init; }

    public static ChatRequest Read(JsonElement body)
    {
        var request = new RequestFields(body);
        GenerationFields.RefuseUnsupported(request);
        var model = request.Text("model", 256) ?? throw OpenAIException.Invalid("model is required.", "model", "missing_required_parameter");
        var messages = ChatMessages.Read(request);
        var (tools, choice) = ToolDefinition.Read(request);
        var continued = request.Flag("continue_final_message") ?? false;
        var generate = request.Flag("add_generation_prompt") ?? !continued;
        if (continued && generate)
            throw OpenAIException.Invalid("add_generation_prompt and continue_final_message exclude each other.", "add_generation_prompt", "invalid_value");
        var stream = request.Flag("stream") ?? false;
        return new ChatRequest
        {
            Model = model,
            Template = new ChatTemplateInput
            {
                Messages = messages,
                Tools = choice.Mode == ToolChoiceMode.None ? null : [.. tools.Select(t => t.Template)],
                Documents = Documents(request),
                AddGenerationPrompt = generate,
                ContinueFinalMessage = continued,
                Variables = Variables(request),
            },
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = request.Flag("parallel_tool_calls") ?? true,
            Format = ResponseFormat.Read(request),
            Sampling = GenerationFields.Sampling(request, Logprobs(request)),
            Choices = GenerationFields.Choices(request),
            MaxTokens = GenerationFields.MaxTokens(request),
            Stop = GenerationFields.Stop(request),
            StopTokens = GenerationFields.StopTokens(request),
            Stream = stream,
            StreamOptions = StreamOptions.Read(request, stream),
            User = request.Text("user", 512) ?? "",
            CacheSalt = request.Text("cache_salt", 512) ?? "",
            Priority = GenerationFields.Priority(request),
            IgnoreEos = request.Flag("ignore_eos") ?? false,
        };
    }

    private static int? Logprobs(RequestFields request)
    {
        var top = request.Int32("top_logprobs", 0, SamplingParams.MaxLogprobs);
        if (request.Flag("logprobs") != true)
            return top is null ? null : throw OpenAIException.Invalid("top_logprobs goes with logprobs: true.", "top_logprobs", "invalid_value");
        return top ?? 0;
    }

    private static List<JinjaMap>? Documents(RequestFields request)
    {
        if (request.Array("documents", MaximumDocuments) is not { } array)
            return null;
        var documents = new List<JinjaMap>();
        foreach (var item in array.EnumerateArray())
        {
            var path = $"documents[{documents.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
                throw OpenAIException.Invalid($"{path} must be an object.", path, "invalid_type");
            var document = TemplateValues.Map(item, path);
            if (!document.TryGet("text", out var text) || text is not string)
                throw OpenAIException.Invalid($"{path}.text is required and must be text.", $"{path}.text", "missing_required_parameter");
            documents.Add(document);
        }
        return documents;
    }

    private static JinjaMap? Variables(RequestFields request)
    {
        var variables = request.Object("chat_template_kwargs") is { } given ? TemplateValues.Map(given.Element, "chat_template_kwargs") : null;
        if (ReasoningEffort(request) is not { } effort)
            return variables;
        variables ??= [];
        // Whoever sets a template's own variable knows better. Families call the switch differently, and read the one that they know.
        foreach (var name in (string[])["enable_thinking", "thinking"])
        {
            if (!variables.TryGet(name, out _))
                variables[name] = effort != "none";
        }
        // "none" asks for what a template does without being told.
        if (effort != "none")
            variables["reasoning_effort"] = effort;
        return variables;
    }

    /// <summary><c>reasoning_effort</c>, or what the object <c>reasoning</c> says of it.</summary>
    private static string? ReasoningEffort(RequestFields request)
    {
        var reasoning = request.Object("reasoning");
        return request.Text("reasoning_effort", 32) ?? (reasoning?.Flag("enabled") == false ? "none" : reasoning?.Text("effort", 32));
    }
}

/// <summary>What form the answer must have: any JSON object (<see cref="Schema"/> null), or JSON of a schema.</summary>
/// <param name="Given">The field as it came.</param>
/// <param name="Schema">The schema.</param>
internal sealed record ResponseFormat(JsonElement Given, JsonElement? Schema)
{
    /// <summary>Reads <c>response_format</c>; null leaves the text free.</summary>
    public static ResponseFormat? Read(RequestFields request)
    {
        if (request.Object("response_format") is not { } format)
            return null;
        switch (format.Text("type"))
        {
            case null or "text":
                return null;
            case "json_object":
                return new ResponseFormat(format.Element, null);
            case "json_schema":
                var wrapper = format.Object("json_schema") ?? throw OpenAIException.Invalid("response_format.json_schema is required with type json_schema.", "response_format.json_schema");
                return new ResponseFormat(format.Element, wrapper.Find("schema") ?? throw OpenAIException.Invalid("response_format.json_schema.schema is required.", "response_format.json_schema.schema"));
            case var other:
                throw OpenAIException.Invalid($"response_format.type is '{other}'; accepted: text, json_object, json_schema.", "response_format.type", "invalid_value");
        }
    }
}
