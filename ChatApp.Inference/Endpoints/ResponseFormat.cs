using System.Text.Json;

namespace ChatApp.Inference.Endpoints;

/// <summary>What form the answer must have: any JSON object (<see cref="Schema"/> null), or JSON of a schema.</summary>
internal sealed record ResponseFormat(JsonElement? Schema)
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
                return new ResponseFormat((JsonElement?)null);
            case "json_schema":
                var wrapper = format.Object("json_schema") ?? throw ApiException.Invalid("response_format.json_schema", "response_format.json_schema is required with type json_schema.");
                return new ResponseFormat(wrapper.Find("schema") ?? throw ApiException.Invalid("response_format.json_schema.schema", "response_format.json_schema.schema is required."));
            case var other:
                throw ApiException.Invalid("response_format.type", $"response_format.type is '{other}'; accepted: text, json_object, json_schema.", "invalid_value");
        }
    }
}
