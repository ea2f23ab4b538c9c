using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Orchestrator.Conversations.Messages;

namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>What a person saw of a message in ChatGPT's export, as far as it can be shown here.</summary>
internal static partial class ChatGptMessage
{
    private const char MarkBegin = '\uE200';
    private const char OldMarkBegin = '【';

    private static readonly string[] SpokenKinds = ["text", "multimodal_text"];

    /// <returns>Empty for what is nobody's or was not to be seen.</returns>
    public static string Role(JsonElement message) =>
        IsVisible(message) && ImportReader.Text(Property(message, "author"), "role") is (MessageRoles.User or MessageRoles.Assistant) and var role ? role : "";

    /// <summary>The text of its parts, with links in place of citation marks.</summary>
    public static string Text(JsonElement message)
    {
        var text = string.Join("\n", Parts(message).Select(TextOf).Where(part => part.Length > 0));
        if (!text.Contains(MarkBegin) && !text.Contains(OldMarkBegin))
            return text;
        foreach (var reference in ImportReader.Items(Property(message, "metadata"), "content_references"))
        {
            if (ImportReader.Text(reference, "matched_text") is { Length: > 1 } mark && ImportReader.Text(reference, "alt") is { } shown && (mark.Contains(MarkBegin) || mark.Contains(OldMarkBegin)))
                text = text.Replace(mark, shown, StringComparison.Ordinal);
        }

        return Marks().Replace(text, "");
    }

    /// <summary>The message where it has something and is not shown; else its parts that are not text.</summary>
    public static int CountSkipped(JsonElement message)
    {
        var parts = Parts(message);
        var hasText = parts.Any(part => TextOf(part).Length > 0);
        if (Role(message).Length > 0 && hasText)
            return parts.Count(part => part.ValueKind != JsonValueKind.String && TextOf(part).Length == 0);
        // Code for a tool and the like has its text beside the parts.
        var isEmpty = !hasText && Array.TrueForAll(parts, part => part.ValueKind == JsonValueKind.String) && string.IsNullOrEmpty(ImportReader.Text(Property(message, "content"), "text"));
        return isEmpty ? 0 : 1;
    }

    // Notes to the model, what it says to its tools, and what it thinks are in the document and were never on screen.
    private static bool IsVisible(JsonElement message) =>
        !ImportReader.Flag(Property(message, "metadata"), "is_visually_hidden_from_conversation")
        && ImportReader.Text(message, "recipient") is null or "all"
        && (ImportReader.Text(Property(message, "content"), "content_type") is not { } kind || SpokenKinds.Contains(kind));

    private static JsonElement[] Parts(JsonElement message) => ImportReader.Items(Property(message, "content"), "parts");

    // What was spoken came with its words.
    private static string TextOf(JsonElement part) => part.ValueKind == JsonValueKind.String
        ? part.GetString()!.Replace("\0", "", StringComparison.Ordinal)
        : ImportReader.Text(part, "content_type") == "audio_transcription" ? ImportReader.Text(part, "text") ?? "" : "";

    private static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    // Of the present kind, between two characters of the private use area, and of the former kind, 【12†source】.
    [GeneratedRegex("\uE200[^\uE201]{0,2000}\uE201|【[^】]{0,200}†[^】]{0,200}】")]
    private static partial Regex Marks();
}
