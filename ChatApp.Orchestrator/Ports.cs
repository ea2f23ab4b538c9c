using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChatApp.Orchestrator;

/// <summary>
/// gRPC is HTTP/2, and without TLS Kestrel cannot tell HTTP/2 from HTTP/1.1 on one port. So of several URLs in
/// <c>ASPNETCORE_URLS</c>, or ports in <c>HTTP_PORTS</c> where it is deployed, the first one, the endpoint <c>http</c> of the
/// AppHost, speaks HTTP/1.1 for health checks, and
/// the others, its endpoint <c>grpc</c>, speak HTTP/2. A single URL speaks HTTP/2, <c>/health</c> included.
/// </summary>
internal static class Ports
{
    public static void UseGrpcAndHealthPorts(this WebApplicationBuilder builder)
    {
        var urls = Split("urls") ?? Split("http_ports")?.Select(port => $"http://*:{port}").ToArray() ?? ["http://localhost:5000"];
        int? healthPort = urls.Length > 1 ? BindingAddress.Parse(urls[0]).Port : null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
            listen.Protocols = listen.IPEndPoint?.Port == healthPort ? HttpProtocols.Http1 : HttpProtocols.Http2));

        string[]? Split(string key) => builder.Configuration[key] is { Length: > 0 } list ? list.Split(';', StringSplitOptions.RemoveEmptyEntries) : null;
    }
}
