using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>Takes out of a chunk what the gateway asked for and the caller did not.</summary>
internal static class ChunkEditing
{
    /// <summary>Cuts the object's own <c>usage</c> out of the bytes; everything else stays as it came.</summary>
    public static ReadOnlyMemory<byte> WithoutUsage(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\"usage\""u8) < 0)
            return json;
        var reader = new Utf8JsonReader(json.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("usage"u8))
                continue;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return Cut(json.Span, start, (int)reader.BytesConsumed);
        }

        return json;
    }

    /// <summary>The chunk that ends a stream with its usage, from one that has it beside a piece of the answer.</summary>
    public static ReadOnlyMemory<byte> UsageAlone(ReadOnlyMemory<byte> json)
    {
        var root = JsonNode.Parse(json.Span)!.AsObject();
        root["choices"] = new JsonArray();
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    /// <summary>Empties the log-probabilities of every choice.</summary>
    public static ReadOnlyMemory<byte> WithoutLogProbabilities(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\"logprobs\""u8) < 0 || JsonNode.Parse(json.Span) is not JsonObject root || root["choices"] is not JsonArray choices)
            return json;
        foreach (var choice in choices)
        {
            if (choice is JsonObject fields && fields.ContainsKey("logprobs"))
                fields["logprobs"] = null;
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    // The comma before goes too, or, for the first property, the one behind.
    private static byte[] Cut(ReadOnlySpan<byte> json, int start, int end)
    {
        var before = json[..start].TrimEnd(" \t\r\n"u8);
        var after = json[end..];
        if (before[^1] == (byte)',')
            before = before[..^1];
        else if (after.TrimStart(" \t\r\n"u8) is [(byte)',', ..] rest)
            after = rest[1..];
        return [.. before, .. after];
    }
}
