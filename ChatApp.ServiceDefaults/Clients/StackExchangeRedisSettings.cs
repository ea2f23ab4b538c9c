namespace Aspire.StackExchange.Redis;

/// <summary>Settings of a Redis connection, bound from <c>Aspire:StackExchange:Redis</c> and <c>Aspire:StackExchange:Redis:{name}</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>Connection string; <c>ConnectionStrings:{name}</c> wins over the section.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the connection out of <c>/health</c>.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves its commands out of the traces.</summary>
    public bool DisableTracing { get; set; }
}
