using System.Net;

namespace ChatApp.Hosting.Running;

/// <summary>Asks a process by http. A process that speaks HTTP/2 only is asked in HTTP/2.</summary>
internal sealed class HttpProbe(string path, int statusCode, string? endpointName) : ProbeAnnotation
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(2),
    });

    private Version _version = HttpVersion.Version11;

    public override string Name { get; } = $"http {path}";

    public override async Task<string?> AskAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        var endpoint = Endpoint(context.Resource);
        var uri = new Uri($"{endpoint.UriScheme}://localhost:{context.Ports[endpoint.Name]}{path}");
        try
        {
            return await AskAsync(uri, _version, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ResponseEnded)
        {
            _version = _version == HttpVersion.Version11 ? HttpVersion.Version20 : HttpVersion.Version11;
            return await AskAsync(uri, _version, cancellationToken);
        }
    }

    private async Task<string?> AskAsync(Uri uri, Version version, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)response.StatusCode == statusCode ? null : $"GET {uri} answered {(int)response.StatusCode}, not {statusCode}";
    }

    private EndpointAnnotation Endpoint(IResource resource)
    {
        EndpointAnnotation[] endpoints = [.. resource.Annotations.OfType<EndpointAnnotation>()];
        var found = endpointName is null
            ? endpoints.FirstOrDefault(e => e.UriScheme is "http" or "https")
            : endpoints.FirstOrDefault(e => string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
        return found ?? throw new DistributedApplicationException($"The health check of '{resource.Name}' needs the endpoint '{endpointName ?? "http"}', which the resource does not have.");
    }
}
