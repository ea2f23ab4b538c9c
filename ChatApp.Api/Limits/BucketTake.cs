namespace ChatApp.Api.Limits;

/// <summary>An amount to take from one token bucket.</summary>
/// <param name="Key">The bucket; buckets taken from together share a hash tag, so that a cluster keeps them on one node.</param>
/// <param name="Capacity">The most it holds.</param>
/// <param name="PerSecond">How fast it refills.</param>
/// <param name="Amount">What to take; when settling, a negative amount gives back.</param>
public sealed record BucketTake(string Key, double Capacity, double PerSecond, double Amount);
