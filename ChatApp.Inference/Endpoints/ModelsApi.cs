using System.Text.Json;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Serving;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsApi(ModelCatalog catalog)
{
    public async Task ListAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in catalog.Models)
            Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public async Task GetAsync(HttpContext context)
    {
        var model = ModelLookup.Find(catalog, (string)context.Request.RouteValues["id"]!);
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        Write(json, model);
    }

    private static void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Engine.Model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by", "chatapp");
        // vLLM's name and the one of most others.
        json.WriteNumber("max_model_len", model.Engine.Model.ContextLength);
        json.WriteNumber("context_length", model.Engine.Model.ContextLength);
        json.WriteStartArray("capabilities");
        foreach (var capability in Capabilities(model))
            json.WriteStringValue(capability);
        json.WriteEndArray();
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
