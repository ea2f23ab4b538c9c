using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits.Buckets;

/// <summary>
/// Token buckets of this replica alone: what serves while Redis is away or too slow. What the shared bucket held when Redis
/// was last heard of may have been granted by then, here or elsewhere, so a bucket begins empty at that moment and fills at
/// a share of the real one's pace. What it grants is owed to the shared bucket, which goes on filling meanwhile.
/// </summary>
internal sealed class LocalBuckets(IOptions<LimitsOptions> options, RedisAvailability redis, TimeProvider time)
{
    private const int MostBuckets = 100_000;

    private readonly double _share = options.Value.LocalShare;
    private readonly Dictionary<string, (double Level, long At, double Owed)> _buckets = [];
    private readonly Lock _lock = new();

    public BucketAnswer Take(IReadOnlyList<BucketTake> takes, bool settle)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var away = redis.LastAnswer is { } last ? time.GetUtcNow() - last : (TimeSpan?)null;
            var levels = takes.Select(take => Level(take, now, away)).ToArray();
            int? refused = null;
            var wait = TimeSpan.Zero;
            for (var i = 0; i < takes.Count && !settle; i++)
            {
                var missing = (takes[i].Amount - levels[i]) / (takes[i].PerSecond * _share);
                if (missing <= 0 || missing <= wait.TotalSeconds)
                    continue;
                refused = i;
                wait = TimeSpan.FromSeconds(missing);
            }

            if (refused is null)
            {
                if (_buckets.Count > MostBuckets)
                    _buckets.Clear();
                for (var i = 0; i < takes.Count; i++)
                {
                    var owed = Owed(takes[i], now) + takes[i].Amount;
                    levels[i] = Math.Min(takes[i].Capacity * _share, levels[i] - takes[i].Amount);
                    _buckets[takes[i].Key] = (levels[i], now, owed);
                }
            }

            return new BucketAnswer(refused, wait, levels) { IsLocal = true };
        }
    }

    /// <summary>What these buckets owe, which they then owe no more; empty when it is nothing.</summary>
    public IReadOnlyList<BucketTake> TakeOwed(IReadOnlyList<BucketTake> takes)
    {
        lock (_lock)
        {
            if (_buckets.Count == 0)
                return [];
            var now = time.GetTimestamp();
            var owed = takes.Select(take => take with { Amount = Owed(take, now) }).ToList();
            if (owed.TrueForAll(take => take.Amount == 0))
                return [];
            foreach (var take in owed.Where(take => take.Amount != 0))
                _buckets[take.Key] = _buckets[take.Key] with { Owed = 0 };
            return owed;
        }
    }

    /// <summary>Redis could not be told.</summary>
    public void Owe(IReadOnlyList<BucketTake> owed)
    {
        lock (_lock)
        {
            foreach (var take in owed.Where(take => _buckets.ContainsKey(take.Key)))
                _buckets[take.Key] = _buckets[take.Key] with { Owed = _buckets[take.Key].Owed + take.Amount };
        }
    }

    /// <summary>Nothing any more after as long as the shared bucket takes to be full again.</summary>
    private double Owed(BucketTake take, long now) =>
        _buckets.TryGetValue(take.Key, out var bucket) && time.GetElapsedTime(bucket.At, now).TotalSeconds * take.PerSecond < take.Capacity ? bucket.Owed : 0;

    /// <summary>At least one fits into a full bucket, however small the share.</summary>
    private double Level(BucketTake take, long now, TimeSpan? away)
    {
        var capacity = Math.Max(1, take.Capacity * _share);
        // A level from an earlier outage counts for nothing either.
        if (away is { } since)
            capacity = Math.Min(capacity, since.TotalSeconds * take.PerSecond * _share);
        return _buckets.TryGetValue(take.Key, out var bucket)
            ? Math.Min(capacity, bucket.Level + time.GetElapsedTime(bucket.At, now).TotalSeconds * take.PerSecond * _share)
            : capacity;
    }
}
