using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

/// <summary>Token buckets of this replica alone, each a share of the real one: what serves while Redis is away.</summary>
internal sealed class LocalBuckets(IOptions<LimitsOptions> options, TimeProvider time)
{
    private const int MostBuckets = 100_000;

    private readonly double _share = options.Value.LocalShare;
    private readonly Dictionary<string, (double Level, long At)> _buckets = [];
    private readonly Lock _lock = new();

    public BucketAnswer Take(IReadOnlyList<BucketTake> takes, bool settle)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var levels = takes.Select(take => Level(take, now)).ToArray();
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
                    levels[i] = Math.Min(takes[i].Capacity * _share, levels[i] - takes[i].Amount);
                    _buckets[takes[i].Key] = (levels[i], now);
                }
            }

            return new BucketAnswer(refused, wait, levels);
        }
    }

    /// <summary>At least one fits into a full bucket, however small the share.</summary>
    private double Level(BucketTake take, long now)
    {
        var capacity = Math.Max(1, take.Capacity * _share);
        return _buckets.TryGetValue(take.Key, out var bucket)
            ? Math.Min(capacity, bucket.Level + time.GetElapsedTime(bucket.At, now).TotalSeconds * take.PerSecond * _share)
            : capacity;
    }
}
