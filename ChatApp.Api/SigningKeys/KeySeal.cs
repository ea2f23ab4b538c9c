using System.Security.Cryptography;
using System.Text;
using ChatApp.Contracts.Identity;

namespace ChatApp.Api.SigningKeys;

/// <summary>
/// Seals private keys with AES-GCM under a key derived from <c>Internal:IdentityKey</c>, which lives in the services'
/// configuration: a copy of the database alone signs nothing.
/// </summary>
internal sealed class KeySeal(IConfiguration configuration)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256,
        Encoding.UTF8.GetBytes(configuration[CallerIdentitySigner.KeySetting] ?? ""), 32, info: "chatapp signing keys"u8.ToArray());

    public byte[] Seal(byte[] secret, string id)
    {
        var box = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), secret, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(id));
        return box;
    }

    /// <returns>The secret; null when it was sealed with another key.</returns>
    public byte[]? Open(byte[] box, string id)
    {
        if (box.Length < NonceBytes + TagBytes)
            return null;
        var secret = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        try
        {
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), secret, Encoding.UTF8.GetBytes(id));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
