using System.Text.Json;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>How likely a token was, by the natural logarithm, and what else was likely in its place.</summary>
public sealed record LogProbability(string Token, ReadOnlyMemory<byte> Bytes, float Value, IReadOnlyList<LogProbability> Top)
{
    /// <summary>Where its text begins in what was written, in Unicode characters.</summary>
    public int TextOffset { get; init; }

    /// <summary>The form of chat completions.</summary>
    public static void WriteChat(Utf8JsonWriter json, IReadOnlyList<LogProbability>? tokens)
    {
        if (tokens is null or { Count: 0 })
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            token.Write(json);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var top in token.Top)
            {
                json.WriteStartObject();
                top.Write(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The form of plain completions.</summary>
    /// <param name="json">Where it is written.</param>
    /// <param name="tokens">Of this part of the answer.</param>
    /// <param name="before">Unicode characters in front of the generated text: those of an echoed prompt.</param>
    public static void WriteText(Utf8JsonWriter json, IReadOnlyList<LogProbability> tokens, int before)
    {
        if (tokens.Count == 0)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
            json.WriteStringValue(token.Token);
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs"u8);
        foreach (var token in tokens)
            json.WriteNumberValue(Finite(token.Value));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs"u8);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            foreach (var top in token.Top.DistinctBy(top => top.Token))
                json.WriteNumber(top.Token, Finite(top.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
            json.WriteNumberValue(before + token.TextOffset);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("token"u8, Token);
        json.WriteNumber("logprob"u8, Finite(Value));
        json.WriteStartArray("bytes"u8);
        foreach (var value in Bytes.Span)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>JSON has no infinity; OpenAI writes -9999 for what never happens.</summary>
    private static float Finite(float value) => float.IsFinite(value) ? value : -9999f;
}
