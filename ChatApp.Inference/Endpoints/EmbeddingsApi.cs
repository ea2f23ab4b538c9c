using System.Numerics.Tensors;
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
        var request = new RequestFields(body.RootElement);
        var model = request.Text("model", 256) ?? throw OpenAIException.Invalid("model is required.", "model", "missing_required_parameter");
        if (model != embedder.Id)
            throw new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound, $"Embedding model '{model}' is not served here; served: {embedder.Id}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
        var base64 = request.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            var other => throw OpenAIException.Invalid($"encoding_format is '{other}'; accepted: float, base64.", "encoding_format", "invalid_value"),
        };
        var dimensions = request.Int32("dimensions", 1, embedder.Dimensions) ?? embedder.Dimensions;
        var inputs = Inputs(request);
        var results = await Task.Run(() => inputs.ConvertAll(i =>
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            return embedder.Embed(i);
        }));
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < results.Count; i++)
            Write(json, i, Shorten(results[i].Vector, dimensions), base64);
        json.WriteEndArray();
        json.WriteString("model", embedder.Id);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", results.Sum(r => r.Tokens));
        json.WriteNumber("total_tokens", results.Sum(r => r.Tokens));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<string> Inputs(RequestFields request)
    {
        if (request.Find("input") is not { } input)
            throw OpenAIException.Invalid("input is required.", "input", "missing_required_parameter");
        if (input.ValueKind == JsonValueKind.String)
            return [request.Text("input")!];
        var inputs = new List<string>();
        foreach (var item in request.Array("input", RequestLimits.EmbeddingInputs)!.Value.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Number or JsonValueKind.Array)
                throw OpenAIException.Invalid("input must be text or an array of texts; token ids are not supported here.", "input", "unsupported_parameter");
            inputs.Add(RequestFields.Text(item, $"input[{inputs.Count}]"));
        }
        return inputs.Count > 0 ? inputs : throw OpenAIException.Invalid("input must not be empty.", "input", "invalid_value");
    }

    /// <summary>The first dimensions, made a unit vector again.</summary>
    private static float[] Shorten(float[] vector, int dimensions)
    {
        if (dimensions == vector.Length)
            return vector;
        var part = vector[..dimensions];
        var norm = TensorPrimitives.Norm(part);
        if (norm > 0)
            TensorPrimitives.Divide(part, norm, part);
        return part;
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
