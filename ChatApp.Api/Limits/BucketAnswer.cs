namespace ChatApp.Api.Limits;

/// <summary>What became of a take.</summary>
/// <param name="Refused">Index of the bucket that holds too little; null when all gave.</param>
/// <param name="RetryAfter">When that bucket will hold enough.</param>
/// <param name="Levels">What each bucket holds now.</param>
public sealed record BucketAnswer(int? Refused, TimeSpan RetryAfter, IReadOnlyList<double> Levels)
{
    public bool Allowed => Refused is null;

    /// <summary>Decided by this replica alone, so it is settled here too.</summary>
    public bool IsLocal { get; init; }
}
