using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ChatApp.Orchestrator.Errors;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Where a page of the list ended; the next one starts behind it, whatever moved meanwhile.</summary>
internal sealed record ConversationCursor(bool Pinned, DateTime UpdatedAt, Guid Id)
{
    public static ConversationCursor After(ConversationRecord conversation) =>
        new(conversation.Pinned, conversation.UpdatedAt, conversation.Id);

    public string Format() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{(Pinned ? 1 : 0)}.{UpdatedAt.Ticks}.{Id:N}")));

    /// <returns>Null for the empty text.</returns>
    /// <exception cref="RefusedException">Not a cursor that this service made.</exception>
    public static ConversationCursor? Parse(string text)
    {
        if (text.Length == 0)
            return null;

        if (text.Length <= 200 && Base64Url.IsValid(text))
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
            if (parts is [var pinned and ("0" or "1"), var ticks, var id]
                && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var t) && t <= DateTime.MaxValue.Ticks
                && Guid.TryParseExact(id, "N", out var guid))
                return new ConversationCursor(pinned == "1", new DateTime(t, DateTimeKind.Utc), guid);
        }

        throw RefusedException.Invalid("cursor", "The cursor is not one that this list gave out; start without one.");
    }
}
