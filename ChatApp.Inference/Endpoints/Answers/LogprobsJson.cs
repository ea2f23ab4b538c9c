using System.Text.Json;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>Logprobs in the two forms of OpenAI's protocol.</summary>
internal static class LogprobsJson
{
    public static void WriteChat(Utf8JsonWriter json, Tokenizer tokenizer, IReadOnlyList<TokenLogprob>? logprobs)
    {
        if (logprobs is null || logprobs.Count == 0)
        {
            json.WriteNull("logprobs"u8);
            return;
        }
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        foreach (var token in logprobs)
        {
            json.WriteStartObject();
            WriteToken(json, tokenizer, token.TokenId, token.Logprob);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var top in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, tokenizer, top.TokenId, top.Logprob);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <param name="before">Unicode characters in front of the generated text: those of an echoed prompt.</param>
    public static void WriteText(Utf8JsonWriter json, Tokenizer tokenizer, IReadOnlyList<TokenLogprob>? logprobs, int before)
    {
        if (logprobs is null || logprobs.Count == 0)
        {
            json.WriteNull("logprobs"u8);
            return;
        }
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("tokens"u8);
        foreach (var token in logprobs)
            json.WriteStringValue(tokenizer.TokenText(token.TokenId));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs"u8);
        foreach (var token in logprobs)
            json.WriteNumberValue(Finite(token.Logprob));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs"u8);
        foreach (var token in logprobs)
        {
            json.WriteStartObject();
            foreach (var top in token.Top.DistinctBy(t => tokenizer.TokenText(t.TokenId)))
                json.WriteNumber(tokenizer.TokenText(top.TokenId), Finite(top.Logprob));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("text_offset"u8);
        foreach (var token in logprobs)
            json.WriteNumberValue(before + token.TextOffset);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, Tokenizer tokenizer, int id, float logprob)
    {
        json.WriteString("token"u8, tokenizer.TokenText(id));
        json.WriteNumber("logprob"u8, Finite(logprob));
        json.WriteStartArray("bytes"u8);
        foreach (var b in tokenizer.TokenBytes(id))
            json.WriteNumberValue(b);
        json.WriteEndArray();
    }

    /// <summary>JSON has no infinity; OpenAI writes -9999 for what never happens.</summary>
    private static float Finite(float logprob) => float.IsFinite(logprob) ? logprob : -9999f;
}
