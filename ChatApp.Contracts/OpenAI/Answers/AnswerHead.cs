using System.Text.Json;

namespace ChatApp.Contracts.OpenAI.Answers;

/// <summary>What every chunk of an answer, and the answer as a whole, begins with.</summary>
/// <param name="Id">Of the answer.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="Model">Who answers.</param>
public sealed record AnswerHead(string Id, long Created, string Model)
{
    /// <summary>Which weights and settings answer.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The product's conversation that the answer is kept in.</summary>
    public string? ConversationId { get; init; }

    /// <summary>The message that the answer is kept as.</summary>
    public string? MessageId { get; init; }

    /// <summary>Begins the object and its list of choices; both are left open.</summary>
    public void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, Created);
        json.WriteString("model"u8, Model);
        if (Fingerprint is not null)
            json.WriteString("system_fingerprint"u8, Fingerprint);
        if (ConversationId is not null)
            json.WriteString("conversation_id"u8, ConversationId);
        if (MessageId is not null)
            json.WriteString("message_id"u8, MessageId);
        json.WriteStartArray("choices"u8);
    }

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    public static void End(Utf8JsonWriter json, AnswerUsage? usage)
    {
        json.WriteEndArray();
        usage?.Write(json);
        json.WriteEndObject();
    }
}
