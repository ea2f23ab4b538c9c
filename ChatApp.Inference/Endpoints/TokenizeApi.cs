using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Serving;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary>vLLM's <c>POST /tokenize</c> and <c>POST /detokenize</c>.</summary>
internal sealed class TokenizeApi(ModelCatalog catalog, IOptions<InferenceOptions> options, TimeProvider time)
{
    private const int MaximumTokens = 1 << 20;

    public async Task TokenizeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes);
        var request = new RequestFields(body.RootElement);
        var model = Model(request);
        int[] ids;
        if (request.Has("messages"))
        {
            var (tools, _) = ToolDefinition.Read(request);
            ids = PromptFactory.Chat(model, new ChatTemplateInput
            {
                Messages = ChatMessages.Read(request),
                Tools = [.. tools.Select(t => t.Template)],
                AddGenerationPrompt = request.Flag("add_generation_prompt") ?? true,
                ContinueFinalMessage = request.Flag("continue_final_message") ?? false,
            }, time);
        }
        else
        {
            var prompt = request.Text("prompt") ?? throw OpenAIException.Invalid("prompt or messages is required.", "prompt", "missing_required_parameter");
            ids = PromptFactory.Text(model, prompt, request.Flag("add_special_tokens") ?? true);
        }
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteNumber("count", ids.Length);
        json.WriteNumber("max_model_len", model.Engine.Model.ContextLength);
        json.WriteStartArray("tokens");
        foreach (var id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
        if (request.Flag("return_token_strs") == true)
        {
            json.WriteStartArray("token_strs");
            foreach (var id in ids)
                json.WriteStringValue(model.Tokenizer.TokenText(id));
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes);
        var request = new RequestFields(body.RootElement);
        var model = Model(request);
        var array = request.Array("tokens", MaximumTokens) ?? throw OpenAIException.Invalid("tokens is required.", "tokens", "missing_required_parameter");
        var ids = new List<int>();
        foreach (var item in array.EnumerateArray())
        {
            ids.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && (uint)id < (uint)model.Tokenizer.VocabularySize ? id
                : throw OpenAIException.Invalid($"tokens[{ids.Count}] must be a token id from 0 to {model.Tokenizer.VocabularySize - 1}.", $"tokens[{ids.Count}]", "invalid_value"));
        }
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("prompt", model.Tokenizer.Decode([.. ids], skipSpecial: false));
        json.WriteEndObject();
    }

    /// <summary>Here the model may be left out when only one is served.</summary>
    private ServedModel Model(RequestFields request)
    {
        if (request.Text("model", 256) is { } name)
            return ModelLookup.Find(catalog, name);
        return catalog.Models is [var only] ? only : throw OpenAIException.Invalid("model is required: more than one is served, or none.", "model", "missing_required_parameter");
    }
}
