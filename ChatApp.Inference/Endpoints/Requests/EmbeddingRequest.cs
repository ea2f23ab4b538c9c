using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Embeddings as asked for, checked as far as it does not depend on the model.</summary>
internal sealed record EmbeddingRequest
{
    public required string Model { get; init; }

    public required bool Base64 { get; init; }

    public required int? Dimensions { get; init; }

    public required RequestPriority Priority { get; init; }

    public required IReadOnlyList<EmbeddingInput> Inputs { get; init; }

    public static EmbeddingRequest Read(JsonElement body)
    {
        var request = new RequestFields(body);
        return new EmbeddingRequest
        {
            Model = request.Text("model", 256) ?? throw OpenAIException.Invalid("model is required.", "model", "missing_required_parameter"),
            Base64 = request.Text("encoding_format") switch
            {
                null or "float" => false,
                "base64" => true,
                var other => throw OpenAIException.Invalid($"encoding_format is '{other}'; accepted: float, base64.", "encoding_format", "invalid_value"),
            },
            Dimensions = request.Int32("dimensions", 1, int.MaxValue),
            Priority = GenerationFields.Priority(request),
            Inputs = ReadInputs(request),
        };
    }

    /// <summary>One text, one list of tokens, or several of either.</summary>
    private static List<EmbeddingInput> ReadInputs(RequestFields request)
    {
        if (request.Find("input") is not { } input)
            throw OpenAIException.Invalid("input is required.", "input", "missing_required_parameter");
        if (input.ValueKind == JsonValueKind.String)
            return [new EmbeddingInput(request.Text("input")!, null)];
        if (input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Number)
            return [new EmbeddingInput(null, Tokens(input, "input"))];
        var inputs = new List<EmbeddingInput>();
        foreach (var item in request.Array("input", RequestLimits.EmbeddingInputs)!.Value.EnumerateArray())
        {
            var path = $"input[{inputs.Count}]";
            inputs.Add(item.ValueKind == JsonValueKind.Array ? new EmbeddingInput(null, Tokens(item, path)) : new EmbeddingInput(RequestFields.Text(item, path), null));
        }
        return inputs.Count > 0 ? inputs : throw OpenAIException.Invalid("input must not be empty.", "input", "invalid_value");
    }

    private static int[] Tokens(JsonElement array, string path)
    {
        var tokens = new List<int>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            tokens.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) && token >= 0 ? token
                : throw OpenAIException.Invalid($"{path}[{tokens.Count}] must be a token id.", $"{path}[{tokens.Count}]", "invalid_type"));
        }
        return tokens.Count > 0 ? [.. tokens] : throw OpenAIException.Invalid($"{path} must not be empty.", path, "invalid_value");
    }
}

/// <summary>What one vector is made of: a text, or its tokens.</summary>
internal readonly record struct EmbeddingInput(string? Text, int[]? Tokens);
