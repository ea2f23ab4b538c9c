using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChatApp.Orchestrator;

/// <summary>
/// gRPC is HTTP/2, and without TLS Kestrel cannot tell HTTP/2 from HTTP/1.1 on one port. So the service's own URL
/// (<c>ASPNETCORE_URLS</c>) speaks HTTP/2 alone, and <c>HEALTH_PORT</c>, when set, is a second port on the same host that
/// speaks HTTP/1.1 for health checks. Without it <c>/health</c> still answers over HTTP/2.
/// </summary>
internal static class Ports
{
    public const string HealthPortSetting = "HEALTH_PORT";

    public static void UseGrpcAndHealthPorts(this WebApplicationBuilder builder)
    {
        var urls = (builder.Configuration["urls"] ?? "http://localhost:5000").Split(';', StringSplitOptions.RemoveEmptyEntries);
        var healthPort = builder.Configuration.GetValue<int?>(HealthPortSetting);
        if (healthPort is { } port)
            builder.WebHost.UseUrls([.. urls, $"http://{BindingAddress.Parse(urls[0]).Host}:{port}"]);

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
            listen.Protocols = listen.IPEndPoint?.Port == healthPort ? HttpProtocols.Http1 : HttpProtocols.Http2));
    }
}
