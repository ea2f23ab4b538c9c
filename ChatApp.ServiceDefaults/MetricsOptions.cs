using System.ComponentModel.DataAnnotations;

namespace ChatApp.ServiceDefaults;

/// <summary>The section <c>Metrics</c>: who may scrape a service that outsiders reach.</summary>
public sealed record MetricsOptions
{
    /// <summary>
    /// A port that only the inside reaches, one of those in <c>ASPNETCORE_URLS</c>; on it <c>/metrics</c> answers everybody. Null: it
    /// answers this machine alone.
    /// </summary>
    [Range(1, 65535)]
    public int? Port { get; init; }
}
