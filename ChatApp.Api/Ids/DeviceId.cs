using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Api.Ids;

/// <summary>What a client calls its device.</summary>
internal static class DeviceId
{
    private const string Header = "X-Device-Id";
    private const int Longest = 200;

    /// <summary>The name under which a device is counted and banned: never the identifier itself.</summary>
    public static string? Of(HttpRequest request)
    {
        var id = request.Headers[Header].ToString();
        return id.Length is 0 or > Longest ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
    }
}
