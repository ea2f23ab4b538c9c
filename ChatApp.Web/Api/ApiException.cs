using System.Net;

namespace ChatApp.Web.Api;

/// <summary>The Api refused a request, or could not be reached (<see cref="Status"/> is null).</summary>
internal sealed class ApiException(HttpStatusCode? status, string message, string? code = null, Exception? inner = null)
    : Exception(message, inner)
{
    public HttpStatusCode? Status { get; } = status;

    public string? Code { get; } = code;

    /// <summary>The same request may succeed a moment later.</summary>
    public bool Transient => Status is null
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public bool Gone => Status is HttpStatusCode.NotFound or HttpStatusCode.Gone;
}
