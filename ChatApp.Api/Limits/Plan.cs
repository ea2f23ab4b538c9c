namespace ChatApp.Api.Limits;

/// <summary>What a user may spend. A limit that is absent is no limit.</summary>
internal sealed record Plan
{
    /// <summary>Models by id; absent: all.</summary>
    public string[]? Models { get; init; }

    /// <summary>Calls a minute that run no model: lists, titles, settings.</summary>
    public int? CallsPerMinute { get; init; }

    /// <summary>Model calls a minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens a minute, in and out.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Tokens in any day, in and out.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>Turns at the same time.</summary>
    public int? ConcurrentTurns { get; init; }

    /// <summary>The largest upload, in bytes.</summary>
    public long? UploadBytes { get; init; }

    /// <summary>What may be stored in all, in bytes of files.</summary>
    public long? StorageBytes { get; init; }

    /// <summary>Money in a calendar month (UTC), in the currency in which models are priced.</summary>
    public decimal? MonthlyBudget { get; init; }
}
