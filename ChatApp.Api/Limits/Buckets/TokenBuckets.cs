using StackExchange.Redis;

namespace ChatApp.Api.Limits.Buckets;

/// <summary>
/// Token buckets shared by all replicas: one script in Redis decides, so that together they never grant more than a bucket
/// holds. While Redis is away each replica grants a share of it by itself, and tells Redis when that is back.
/// </summary>
internal sealed class TokenBuckets(RedisAvailability redis, LocalBuckets localBuckets)
{
    private static readonly string Script = RedisScript.Read("Limits.Buckets.take.lua");

    /// <summary>Takes from every bucket, or from none when one holds too little.</summary>
    public Task<BucketAnswer> TakeAsync(IReadOnlyList<BucketTake> takes) => RunAsync("take", takes);

    /// <summary>Takes without asking, which may leave a debt; negative amounts give back.</summary>
    /// <param name="takes">What was used beyond what was taken.</param>
    /// <param name="local">Whether it was taken from this replica's own buckets (<see cref="BucketAnswer.IsLocal"/>).</param>
    public Task<BucketAnswer> SettleAsync(IReadOnlyList<BucketTake> takes, bool local = false) =>
        local ? Task.FromResult(localBuckets.Take(takes, settle: true)) : RunAsync("settle", takes);

    private async Task<BucketAnswer> RunAsync(string act, IReadOnlyList<BucketTake> takes)
    {
        if (takes.Count == 0)
            return new BucketAnswer(null, TimeSpan.Zero, []);

        var owed = localBuckets.TakeOwed(takes);
        if (owed.Count > 0 && await EvaluateAsync("settle", owed) is null)
            localBuckets.Owe(owed);
        var answer = await EvaluateAsync(act, takes);
        if (answer is null)
        {
            // What Redis gave is not given back here: it would be granted twice.
            return act == "take"
                ? localBuckets.Take(takes, settle: false)
                : localBuckets.Take([.. takes.Select(take => take with { Amount = Math.Max(0, take.Amount) })], settle: true);
        }

        var refused = int.Parse(answer[0], System.Globalization.CultureInfo.InvariantCulture);
        return new BucketAnswer(
            refused == 0 ? null : refused - 1,
            TimeSpan.FromMicroseconds(Number(answer[1])),
            [.. answer.Skip(2).Select(Number)]);

        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task<string[]?> EvaluateAsync(string act, IReadOnlyList<BucketTake> takes)
    {
        var keys = new RedisKey[takes.Count];
        var values = new RedisValue[1 + takes.Count * 3];
        values[0] = act;
        for (var i = 0; i < takes.Count; i++)
        {
            keys[i] = takes[i].Key;
            values[i * 3 + 1] = takes[i].Capacity;
            values[i * 3 + 2] = takes[i].PerSecond;
            values[i * 3 + 3] = takes[i].Amount;
        }

        return redis.TryAsync(async database => Array.ConvertAll((RedisResult[])(await database.ScriptEvaluateAsync(Script, keys, values))!, item => (string)item!));
    }
}

/// <summary>What became of a take.</summary>
/// <param name="Refused">Index of the bucket that holds too little; null when all gave.</param>
/// <param name="RetryAfter">When that bucket will hold enough.</param>
/// <param name="Levels">What each bucket holds now.</param>
internal sealed record BucketAnswer(int? Refused, TimeSpan RetryAfter, IReadOnlyList<double> Levels)
{
    public bool Allowed => Refused is null;

    /// <summary>Decided by this replica alone, so it is settled here too.</summary>
    public bool IsLocal { get; init; }
}

/// <summary>An amount to take from one token bucket.</summary>
/// <param name="Key">The bucket; buckets taken from together share a hash tag, so that a cluster keeps them on one node.</param>
/// <param name="Capacity">The most it holds.</param>
/// <param name="PerSecond">How fast it refills.</param>
/// <param name="Amount">What to take; when settling, a negative amount gives back.</param>
internal sealed record BucketTake(string Key, double Capacity, double PerSecond, double Amount);
