using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Serving;
using ChatApp.Inference.ToolCalls;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsApi(ModelCatalog catalog, IOptions<InferenceOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        // A list that is not whole yet would be taken for all there is, and kept.
        ModelLookup.RequireLoaded(catalog);
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("object", "list");
        // Read before the models: none comes after it is said that all are there.
        if (!catalog.IsLoaded)
            json.WriteBoolean("loading", true);
        json.WriteStartArray("data");
        foreach (var model in catalog.Models)
            Write(json, model);
        if (catalog.Embeddings is { } embeddings)
            Write(json, embeddings.Model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public async Task GetAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var encoder = catalog.Embeddings?.Model is { } own && own.Id == id ? own : null;
        var model = encoder is null ? ModelLookup.Find(catalog, id) : null;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        if (encoder is not null)
            Write(json, encoder);
        else
            Write(json, model!);
    }

    private static void Write(Utf8JsonWriter json, EmbeddingModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by", "chatapp");
        json.WriteBoolean("supports_chat", false);
        json.WriteNumber("max_model_len", model.MaximumTokens);
        json.WriteNumber("dimensions", model.Dimensions);
        WriteCapabilities(json, ["embeddings"]);
        json.WriteEndObject();
    }

    private static void WriteCapabilities(Utf8JsonWriter json, IEnumerable<string> capabilities)
    {
        json.WriteStartArray("capabilities");
        foreach (var capability in capabilities)
            json.WriteStringValue(capability);
        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Engine.Model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by", "chatapp");
        // vLLM's name and the one of most others.
        json.WriteNumber("max_model_len", model.Engine.Model.ContextLength);
        json.WriteNumber("context_length", model.Engine.Model.ContextLength);
        json.WriteString("tier", options.Value.FastModels.Contains(model.Id) ? "fast" : "capable");
        WriteCapabilities(json, Capabilities(model));
        json.WriteEndObject();
    }

    /// <summary>What requests to the model may ask for.</summary>
    private static IEnumerable<string> Capabilities(ServedModel model)
    {
        yield return "completions";
        yield return "logprobs";
        if (model.Template is null)
            yield break;
        yield return "chat";
        yield return "json_schema";
        if (model.ToolCallFormat != ToolCallFormat.None)
            yield return "tools";
        if (model.Reasoning != ReasoningFormat.None)
            yield return "reasoning";
    }
}
