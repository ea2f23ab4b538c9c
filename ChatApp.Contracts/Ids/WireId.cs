namespace ChatApp.Contracts.Ids;

/// <summary>Ids as the outside sees them: a prefix that names the kind, then 32 hexadecimal digits.</summary>
public static class WireId
{
    public const string Conversation = "conv_";
    public const string Message = "msg_";
    public const string Turn = "turn_";
    public const string Share = "share_";
    public const string File = "file_";
    public const string Key = "key_";
    public const string User = "user_";
    public const string Session = "sess_";
    public const string Ban = "ban_";

    public static string Format(string prefix, Guid id) => prefix + id.ToString("N");

    /// <returns>Empty where there is no id.</returns>
    public static string Format(string prefix, Guid? id) => id is { } value ? Format(prefix, value) : "";

    /// <summary>The id behind the text; null when it isn't one of this kind. Exact: one id has one spelling.</summary>
    public static Guid? Parse(string prefix, string? text) =>
        text is not null
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && Guid.TryParseExact(text.AsSpan(prefix.Length), "N", out var id)
        && Format(prefix, id) == text
            ? id
            : null;
}
