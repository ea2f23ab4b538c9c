using System.Text.Json.Nodes;
using ChatApp.Api.Gate;
using ChatApp.Api.OpenAI;
using ChatApp.Contracts.OpenAI;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace ChatApp.Api;

/// <summary>The OpenAPI document and the page that shows it at <c>/docs</c>.</summary>
internal static class Documentation
{
    private const string Bearer = "bearer";

    /// <summary>Bodies that endpoints read by themselves, so that the framework knows nothing of them.</summary>
    private static readonly Dictionary<string, (RequestSchema Schema, string Example)> Bodies = new()
    {
        ["/v1/chat/completions"] = (RequestSchema.Chat, """{"model": "auto", "messages": [{"role": "user", "content": "Hello!"}], "stream": false}"""),
        ["/v1/completions"] = (RequestSchema.Completion, """{"prompt": "Once upon a time", "max_tokens": 32}"""),
        ["/v1/embeddings"] = (RequestSchema.Embedding, """{"input": "Hello!"}"""),
    };

    public static void AddDocumentation(this IServiceCollection services) => services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "ChatApp";
        document.Info.Description =
            "The OpenAI-compatible surface under /v1 and the app's own under /api. Send 'Authorization: Bearer' with an API key (sk-...) or an access token of /api/auth.";
        Describe(document);
        return Task.CompletedTask;
    }));

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", scalar => scalar.WithTitle("ChatApp").DisableDefaultFonts());
    }

    /// <summary>Says of each route what the gate asks of its callers, and what its body may hold.</summary>
    private static void Describe(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer });
        foreach (var (path, item) in document.Paths)
        {
            if (item.Operations is not { } operations)
                continue;
            foreach (var (method, operation) in operations)
            {
                if (RouteTable.Find($"{method} {path}") is not { } rule)
                    continue;
                operation.Description = WordsOf(rule);
                if (rule.Access != RouteAccess.Public)
                    operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
                if (Bodies.TryGetValue(path, out var body))
                    operation.RequestBody = BodyOf(body.Schema, body.Example);
                else if (path == "/api/files" && method == HttpMethod.Post)
                    operation.RequestBody = File();
            }
        }
    }

    private static string WordsOf(RouteRule rule) => rule.Access switch
    {
        RouteAccess.Public => "Needs no credential.",
        RouteAccess.Caller => $"For people, guests and API keys with the scope '{rule.Scope}'.",
        RouteAccess.Person => "For a person or guest in a session; API keys are not accepted.",
        RouteAccess.Account => "For a person with an account, in a session; API keys are not accepted.",
        _ => "For administrators, in a session; API keys are not accepted.",
    };

    private static OpenApiRequestBody BodyOf(RequestSchema schema, string example) => Body("application/json", new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { schema.Required },
        Properties = schema.Served.ToDictionary(name => name, _ => (IOpenApiSchema)new OpenApiSchema()),
    }, JsonNode.Parse(example));

    private static OpenApiRequestBody File() => Body("multipart/form-data", new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "file" },
        Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
    });

    private static OpenApiRequestBody Body(string mediaType, OpenApiSchema schema, JsonNode? example = null) => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType> { [mediaType] = new() { Schema = schema, Example = example } },
    };
}
