using System.Globalization;
using System.Net.Mail;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Accounts;

/// <summary>
/// The one spelling under which an e-mail address is stored, looked up and counted: ASCII alone. A domain in other letters has a
/// name in ASCII, which shows that it is not the one it looks like; what stands before the @ has none, and letters there that
/// look like others are refused.
/// </summary>
internal static class EmailAddress
{
    private const int MaxLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <exception cref="OpenAIException">It is not an e-mail address.</exception>
    public static string Canonical(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length is 0 or > MaxLength
            || trimmed.Any(char.IsControl)
            || !MailAddress.TryCreate(trimmed, out var parsed)
            || parsed.Address != trimmed
            || AsciiHost(parsed.Host) is not { } host
            || !host.Contains('.', StringComparison.Ordinal) && host != "localhost")
        {
            throw OpenAIException.Invalid("'email' must be an e-mail address such as ada@example.org.", "email", "invalid_email");
        }

        var local = trimmed[..trimmed.LastIndexOf('@')];
        if (!System.Text.Ascii.IsValid(local))
            throw OpenAIException.Invalid("'email' must have letters from a to z, digits and signs alone before the @; others can look the same and be another address.", "email", "invalid_email");
        return $"{local}@{host}".ToLowerInvariant();
    }

    private static string? AsciiHost(string host)
    {
        try
        {
            return Idn.GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
