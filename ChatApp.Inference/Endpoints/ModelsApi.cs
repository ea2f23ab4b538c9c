using System.Text.Json;
using ChatApp.Inference.Serving;

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
        json.WriteNumber("max_model_len", model.Engine.Model.ContextLength);
        json.WriteBoolean("supports_chat", model.Template is not null);
        json.WriteBoolean("supports_tools", model.ToolCallFormat != ToolCalls.ToolCallFormat.None);
        json.WriteEndObject();
    }
}
