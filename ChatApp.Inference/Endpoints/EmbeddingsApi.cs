using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Serving;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsApi(IEmbedder embedder, IOptions<InferenceOptions> options)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes);
        var request = EmbeddingRequest.Read(body.RootElement);
        if (request.Model != embedder.Id)
            throw new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound, $"Embedding model '{request.Model}' is not served here; served: {embedder.Id}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
        var dimensions = request.Dimensions ?? embedder.Dimensions;
        if (dimensions > embedder.Dimensions)
            throw OpenAIException.Invalid($"dimensions is {dimensions}; accepted: 1 to {embedder.Dimensions}.", "dimensions", "invalid_value");
        var results = await Task.Run(() => request.Inputs.Select(input =>
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            return input.Tokens is { } tokens ? EmbedTokens(tokens) : embedder.Embed(input.Text!);
        }).ToList());
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < results.Count; i++)
            Write(json, i, dimensions == embedder.Dimensions ? results[i].Vector : embedder.Shorten(results[i].Vector, dimensions), request.Base64);
        json.WriteEndArray();
        json.WriteString("model", embedder.Id);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", results.Sum(r => r.Tokens));
        json.WriteNumber("total_tokens", results.Sum(r => r.Tokens));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private (float[] Vector, int Tokens) EmbedTokens(int[] tokens) => Array.Find(tokens, token => token >= embedder.VocabularySize) is var wrong and > 0
        ? throw OpenAIException.Invalid($"input holds token {wrong}, which is not in the vocabulary (0 to {embedder.VocabularySize - 1}).", "input", "invalid_value")
        : embedder.Embed(tokens);

    private static void Write(Utf8JsonWriter json, int index, float[] vector, bool base64)
    {
        json.WriteStartObject();
        json.WriteString("object", "embedding");
        json.WriteNumber("index", index);
        if (base64)
            json.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector.AsSpan()));
        else
        {
            json.WriteStartArray("embedding");
            foreach (var value in vector)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
