using System.Net;
using ChatApp.Api.Limits.Buckets;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Api.Limits;

/// <summary>The buckets behind the limits: together exact, and careful without Redis.</summary>
public sealed class TokenBucketTests : LimitedEdge
{
    [Test]
    public async Task Without_Redis_each_replica_grants_less_and_none_grants_nothing()
    {
        await using var alone = await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = $"127.0.0.1:{FreePort.Next()},connectTimeout=200",
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:forty:RequestsPerMinute"] = "40",
        });
        using var user = await UserAsync(alone, "forty");
        var answers = new List<EdgeAnswer>();
        for (var i = 0; i < 30; i++)
            answers.Add(await user.PostAsync("/v1/chat/completions", Chat));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBeInRange(10, 12);
        answers[^1].ShouldBe(HttpStatusCode.TooManyRequests).Headers.ContainsKey("Retry-After").ShouldBeTrue();
    }

    [Test]
    public async Task A_Redis_that_becomes_slow_does_not_let_more_through_than_the_bucket_holds_and_is_told_what_was_granted()
    {
        const double Capacity = 100;
        await using var proxy = new SlowProxy(EdgeStores.Redis);
        var clock = new ShiftedClock();
        var replicas = new List<EdgeHost>();
        try
        {
            for (var i = 0; i < 3; i++)
                replicas.Add(await BehindAsync(proxy, clock));
            var buckets = replicas.ConvertAll(replica => replica.App.Services.GetRequiredService<TokenBuckets>());
            var take = new BucketTake($"slow:{Guid.NewGuid()}", Capacity, PerHour(12), 1);
            // On a busy machine the connections take their time.
            foreach (var bucket in buckets)
                await ReachesRedisAsync(bucket, take);
            var taken = await buckets[0].TakeAsync([take with { Amount = Capacity }]);
            (taken.Allowed, taken.IsLocal).ShouldBe((true, false));

            proxy.Delay = TimeSpan.FromSeconds(1);
            clock.Shift += TimeSpan.FromHours(1);
            var granted = 0;
            foreach (var bucket in buckets)
            {
                BucketAnswer answer;
                while ((answer = await bucket.TakeAsync([take])).Allowed)
                {
                    answer.IsLocal.ShouldBeTrue("what is empty at Redis is granted by nobody else");
                    granted++;
                }
            }

            // A quarter each of what came in the hour.
            granted.ShouldBe(9);
            proxy.Delay = TimeSpan.Zero;
            clock.Shift += TimeSpan.FromSeconds(2);
            foreach (var bucket in buckets)
                await ReachesRedisAsync(bucket, take);
            // Or less: what Redis heard too late to say so is told it again.
            (await buckets[0].TakeAsync([take with { Amount = 0 }])).Levels[0].ShouldBeLessThan(1 - granted);
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }

    [TestCase(900, 300)]
    [TestCase(10_000, 3_000, Category = "Long", Explicit = true, Reason = "The full proof; run by hand.")]
    public async Task Replicas_together_grant_what_a_bucket_holds_and_not_one_more(int requests, int capacity)
    {
        await using var three = await EdgeHost.StartAsync(Database, new Dictionary<string, string?> { ["services:orchestrator:grpc:0"] = Orchestrator.Address });
        EdgeHost[] replicas = [One, Two, three];
        var buckets = replicas.Select(replica => replica.App.Services.GetRequiredService<TokenBuckets>()).ToArray();
        var take = new BucketTake($"exact:{Guid.NewGuid()}", capacity, PerHour(1), 1);
        foreach (var bucket in buckets)
            await ReachesRedisAsync(bucket, take);

        var granted = 0;
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            if ((await buckets[i % 3].TakeAsync([take])).Allowed)
                Interlocked.Increment(ref granted);
        });

        granted.ShouldBe(capacity);
    }

    /// <summary>So slow that nothing comes while a test runs: then how long it runs is of no account.</summary>
    private static double PerHour(double tokens) => tokens / 3600;

    private static Task ReachesRedisAsync(TokenBuckets buckets, BucketTake take) =>
        Eventually.HoldsAsync(async () => !(await buckets.TakeAsync([take with { Amount = 0 }])).IsLocal);

    /// <summary>A replica that reaches Redis through a proxy and does without it after 200 ms.</summary>
    private async Task<EdgeHost> BehindAsync(SlowProxy proxy, TimeProvider clock) => await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
    {
        ["ConnectionStrings:redis"] = string.Join(',', [proxy.Address, .. EdgeStores.Redis.Split(',')[1..]]),
        ["Limits:RedisTimeoutMilliseconds"] = "200",
        ["services:orchestrator:grpc:0"] = Orchestrator.Address,
    }, builder => builder.Services.AddSingleton<TimeProvider>(clock));
}
