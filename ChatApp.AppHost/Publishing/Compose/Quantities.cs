using System.Globalization;

namespace ChatApp.AppHost.Publishing.Compose;

/// <summary>Kubernetes' quantities in Compose's words.</summary>
internal static class Quantities
{
    /// <summary><c>250m</c> is <c>0.25</c>.</summary>
    public static string Cores(string quantity) =>
        quantity.EndsWith('m')
            ? (decimal.Parse(quantity[..^1], CultureInfo.InvariantCulture) / 1000).ToString("0.###", CultureInfo.InvariantCulture)
            : quantity;

    /// <summary><c>512Mi</c> is <c>512m</c>: both count in powers of two.</summary>
    public static string Bytes(string quantity) => quantity.Replace("i", "", StringComparison.Ordinal).ToLowerInvariant();
}
