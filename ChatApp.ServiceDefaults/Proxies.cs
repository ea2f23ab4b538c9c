using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using IPNetwork = System.Net.IPNetwork;

namespace ChatApp.ServiceDefaults;

/// <summary>Addresses, networks, and the proxies in front of a server whose word on who asks is taken.</summary>
public static class Proxies
{
    /// <summary>
    /// Has <c>UseForwardedHeaders</c> believe <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of these addresses and networks, one
    /// behind the other too, and of nobody else.
    /// </summary>
    /// <exception cref="FormatException">One of them is neither an address nor a network.</exception>
    public static void AddKnownProxies(this IServiceCollection services, IReadOnlyCollection<string> proxies)
    {
        IPNetwork[] networks = [.. proxies.Select(Parse)];
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = networks.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in networks)
                forwarded.KnownIPNetworks.Add(network);
        });
    }

    /// <summary>A network; a single address is one of its own.</summary>
    /// <exception cref="FormatException">It is neither an address nor a network.</exception>
    public static IPNetwork Parse(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)
        : throw new FormatException($"'{text}' is neither an IP address nor a network such as 10.0.0.0/8.");
}
