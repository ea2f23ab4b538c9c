using System.Diagnostics;
using System.Globalization;
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
    public async Task A_Redis_that_becomes_slow_does_not_let_more_through_than_the_bucket_holds()
    {
        await using var proxy = new SlowProxy(EdgeStores.Redis);
        var replicas = new List<EdgeHost>();
        try
        {
            for (var i = 0; i < 3; i++)
                replicas.Add(await BehindAsync(proxy));

            var buckets = replicas.ConvertAll(replica => replica.App.Services.GetRequiredService<TokenBuckets>());
            BucketTake[] take = [new($"slow:{Guid.NewGuid()}", 100, 4, 1)];
            // On a busy machine the connections take their time.
            await Eventually.HoldsAsync(async () => (await Task.WhenAll(buckets.Select(bucket => bucket.TakeAsync([new BucketTake($"warm:{Guid.NewGuid()}", 1, 1, 1)])))).All(answer => !answer.IsLocal));
            var (granted, locally) = (0, 0);
            var clock = Stopwatch.StartNew();
            // Quick until the bucket is empty, then slow, then quick again, until every replica has told Redis what it granted by itself.
            foreach (var (until, delay) in ((double, int)[])[(1, 0), (4, 700), (8, 0)])
            {
                proxy.Delay = TimeSpan.FromMilliseconds(delay);
                await Task.WhenAll(buckets.SelectMany(bucket => Enumerable.Repeat(bucket, 4)).Select(async bucket =>
                {
                    while (clock.Elapsed.TotalSeconds < until)
                    {
                        var answer = await bucket.TakeAsync(take);
                        if (answer.Allowed)
                            Interlocked.Increment(ref granted);
                        if (answer is { Allowed: true, IsLocal: true })
                            Interlocked.Increment(ref locally);
                        // Asking without a pause would be a test of the processor.
                        await Task.Delay(2);
                    }
                }));
            }

            TestContext.Out.WriteLine($"{granted} granted, {locally} of them without Redis, in {clock.Elapsed.TotalSeconds:F1} s");
            granted.ShouldBeLessThanOrEqualTo((int)(100 + 4 * clock.Elapsed.TotalSeconds));
            // How many it is below that is the machine's business: a take that timed out may have been taken all the same.
            (granted - locally).ShouldBeGreaterThan(0);
            locally.ShouldBeGreaterThan(0);
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }

    [Test]
    public async Task What_was_granted_without_Redis_is_taken_from_it_when_it_is_back()
    {
        await using var proxy = new SlowProxy(EdgeStores.Redis);
        await using var replica = await BehindAsync(proxy);
        var buckets = replica.App.Services.GetRequiredService<TokenBuckets>();
        await Eventually.HoldsAsync(async () => !(await buckets.TakeAsync([new BucketTake($"warm:{Guid.NewGuid()}", 1, 1, 1)])).IsLocal);
        var take = new BucketTake($"owed:{Guid.NewGuid()}", 1000, 20, 1);
        var clock = Stopwatch.StartNew();
        (await buckets.TakeAsync([take with { Amount = 1000 }])).IsLocal.ShouldBeFalse();

        proxy.Delay = TimeSpan.FromSeconds(1);
        var locally = 0;
        await Eventually.HoldsAsync(async () =>
        {
            locally += await buckets.TakeAsync([take]) is { Allowed: true, IsLocal: true } ? 1 : 0;
            return locally == 5;
        });
        proxy.Delay = TimeSpan.Zero;
        BucketAnswer? back = null;
        await Eventually.HoldsAsync(async () => !(back = await buckets.TakeAsync([take with { Amount = 0 }])).IsLocal);

        back!.Levels[0].ShouldBeLessThanOrEqualTo(20 * clock.Elapsed.TotalSeconds - locally);
    }

    [TestCase(900, 300)]
    public async Task Replicas_together_grant_what_a_bucket_holds_and_notOne_more(int requests, int capacity)
    {
        await using var three = await EdgeHost.StartAsync(Database, new Dictionary<string, string?> { ["services:orchestrator:grpc:0"] = Orchestrator.Address });
        EdgeHost[] replicas = [One, Two, three];
        var buckets = replicas.Select(replica => replica.App.Services.GetRequiredService<TokenBuckets>()).ToArray();
        foreach (var bucket in buckets)
            await bucket.TakeAsync([new BucketTake($"warm:{Guid.NewGuid()}", 1, 1, 1)]);

        var perSecond = capacity / 60.0;
        BucketTake[] take = [new($"exact:{Guid.NewGuid()}", capacity, perSecond, 1)];
        var times = new double[requests];
        var granted = 0;
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            var begun = Stopwatch.GetTimestamp();
            if ((await buckets[i % 3].TakeAsync(take)).Allowed)
                Interlocked.Increment(ref granted);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        });

        var most = capacity + perSecond * clock.Elapsed.TotalSeconds;
        granted.ShouldBeLessThanOrEqualTo((int)most);
        granted.ShouldBeGreaterThanOrEqualTo((int)(capacity * 0.99));
        Array.Sort(times);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{granted} granted of {most:F1} allowed; {requests} decisions in {clock.Elapsed.TotalSeconds:F2} s; p50 {times[requests / 2]:F2} ms, p99 {times[requests * 99 / 100]:F2} ms"));
    }

    [Test, Category("Long"), Explicit("The full proof: 10,000 requests; run by hand with nothing else on the machine.")]
    public Task Ten_thousand_requests_over_three_replicas_get_what_a_bucket_holds() => Replicas_together_grant_what_a_bucket_holds_and_notOne_more(10_000, 3_000);

    /// <summary>A replica that reaches Redis through a proxy and does without it after 200 ms.</summary>
    private async Task<EdgeHost> BehindAsync(SlowProxy proxy) => await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
    {
        ["ConnectionStrings:redis"] = string.Join(',', [proxy.Address, .. EdgeStores.Redis.Split(',')[1..]]),
        ["Limits:RedisTimeoutMilliseconds"] = "200",
        ["services:orchestrator:grpc:0"] = Orchestrator.Address,
    });
}
