using System.Net;
using System.Net.Sockets;

namespace ChatApp.Api.Abuse;

/// <summary>The address under which a client is counted. An IPv6 subscriber owns a /64 at least, so that is one client.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes) + "/64";
    }

    /// <summary>Whether an address lies in one of the networks; a single address is a network of its own.</summary>
    public static bool IsIn(IPAddress? address, IEnumerable<IPNetwork> networks)
    {
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }
}
