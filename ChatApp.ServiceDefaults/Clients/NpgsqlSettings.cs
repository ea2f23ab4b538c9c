namespace Aspire.Npgsql;

/// <summary>Settings of a PostgreSQL data source, bound from <c>Aspire:Npgsql</c> and <c>Aspire:Npgsql:{name}</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>Connection string; <c>ConnectionStrings:{name}</c> wins over the section.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the data source out of <c>/health</c>.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves its commands out of the traces.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves its pool out of the metrics.</summary>
    public bool DisableMetrics { get; set; }
}
