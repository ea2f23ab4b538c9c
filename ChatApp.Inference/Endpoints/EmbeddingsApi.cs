using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Serving;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsApi(ModelCatalog catalog, IOptions<InferenceOptions> options)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes);
        var request = EmbeddingRequest.Read(body.RootElement);
        var embeddings = ModelLookup.FindEmbeddings(catalog, request.Model);
        var model = embeddings.Model;
        var dimensions = request.Dimensions ?? model.Dimensions;
        if (dimensions > model.Dimensions)
            throw OpenAIException.Invalid($"dimensions is {dimensions}; accepted: 1 to {model.Dimensions}.", "dimensions", "invalid_value");
        var texts = await Task.Run(() => request.Inputs.Select(input => Tokenize(model, input)).ToList());
        var vectors = await embeddings.EmbedAsync(texts, request.Priority, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < vectors.Length; i++)
            Write(json, i, dimensions == model.Dimensions ? vectors[i] : EmbeddingModel.Shorten(vectors[i], dimensions), request.Base64);
        json.WriteEndArray();
        json.WriteString("model", model.Id);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", texts.Sum(text => text.Length));
        json.WriteNumber("total_tokens", texts.Sum(text => text.Length));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static int[] Tokenize(EmbeddingModel model, EmbeddingInput input)
    {
        if (input.Tokens is not { } tokens)
            return model.Tokenize(input.Text!);
        var wrong = Array.Find(tokens, token => token >= model.VocabularySize);
        return wrong == 0 ? model.Enclose(tokens)
            : throw OpenAIException.Invalid($"input holds token {wrong}, which is not in the vocabulary (0 to {model.VocabularySize - 1}).", "input", "invalid_value");
    }

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
