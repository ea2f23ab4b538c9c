using System.Net.Mail;
using System.Text;
using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Accounts;

/// <summary>The one spelling under which an e-mail address is stored, looked up and counted.</summary>
internal static class EmailAddress
{
    private const int MaxLength = 254;

    /// <exception cref="OpenAIException">It is not an e-mail address.</exception>
    public static string Canonical(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length is 0 or > MaxLength
            || trimmed.Any(char.IsControl)
            || !MailAddress.TryCreate(trimmed, out var parsed)
            || parsed.Address != trimmed
            || !parsed.Host.Contains('.', StringComparison.Ordinal) && parsed.Host != "localhost")
        {
            throw OpenAIException.Invalid("'email' must be an e-mail address such as ada@example.org.", "email", "invalid_email");
        }

        return trimmed.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
    }
}
