using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatApp.Contracts.Identity;

/// <summary>
/// Signs and verifies the caller's identity for calls between services:
/// <c>base64url(JSON) "." base64url(HMAC-SHA256(key, JSON))</c>.
/// </summary>
/// <remarks>Both sides share the key of the setting <c>Internal:IdentityKey</c>, 32 bytes of UTF-8 or more.</remarks>
public sealed class CallerIdentitySigner
{
    /// <summary>The setting that holds the shared key.</summary>
    public const string KeySetting = "Internal:IdentityKey";

    private const int MinimumKeyBytes = 32;
    private const int MaximumHeaderLength = 4096;

    private readonly byte[] _key;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The key is shorter than 32 bytes.</exception>
    public CallerIdentitySigner(string key, TimeProvider time)
    {
        _key = Encoding.UTF8.GetBytes(key ?? "");
        _time = time;
        if (_key.Length < MinimumKeyBytes)
            throw new ArgumentException(
                $"Setting '{KeySetting}' is {(_key.Length == 0 ? "missing" : "too short")}: give at least {MinimumKeyBytes} random bytes, the same value to the api and the orchestrator.",
                nameof(key));
    }

    /// <summary>The header's value for an identity.</summary>
    public string Sign(CallerIdentity identity)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(identity);
        return Base64Url.EncodeToString(payload) + "." + Base64Url.EncodeToString(HMACSHA256.HashData(_key, payload));
    }

    /// <summary>An identity that expires after <paramref name="lifetime"/>, signed.</summary>
    public string Sign(string subject, string role, string plan, TimeSpan lifetime, string? name = null) =>
        Sign(new CallerIdentity(subject, role, plan, _time.GetUtcNow().Add(lifetime).ToUnixTimeSeconds(), name));

    /// <summary>Reads a header; false with the reason when it is malformed, forged or expired.</summary>
    public bool TryVerify(
        string? header,
        [NotNullWhen(true)] out CallerIdentity? identity,
        [NotNullWhen(false)] out string? reason)
    {
        identity = null;
        if (string.IsNullOrEmpty(header))
        {
            reason = $"The call carries no '{CallerIdentity.HeaderName}' metadata.";
            return false;
        }

        var dot = header.IndexOf('.');
        if (header.Length > MaximumHeaderLength || dot < 0
            || !TryDecode(header.AsSpan(0, dot), out var payload)
            || !TryDecode(header.AsSpan(dot + 1), out var signature))
        {
            reason = "The caller's identity is malformed.";
            return false;
        }

        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, payload), signature))
        {
            reason = "The caller's identity is not signed by this graph's key.";
            return false;
        }

        var read = Parse(payload);
        if (read is null || string.IsNullOrEmpty(read.Subject))
        {
            reason = "The caller's identity names no subject.";
            return false;
        }

        if (read.ExpiresAtUnixSeconds <= _time.GetUtcNow().ToUnixTimeSeconds())
        {
            reason = "The caller's identity has expired.";
            return false;
        }

        identity = read;
        reason = null;
        return true;
    }

    private static CallerIdentity? Parse(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize<CallerIdentity>(payload);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.IsEmpty || !Base64Url.IsValid(text))
            return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
