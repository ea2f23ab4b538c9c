using System.Security.Cryptography;
using System.Text;
using ChatApp.Api.Limits.Buckets;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Api.Limits;

/// <summary>How many turns a user has running at once, over all replicas. A slot is leased: one whose replica died frees itself.</summary>
internal sealed class TurnSlots(RedisAvailability redis, IOptions<LimitsOptions> options, TimeProvider time)
{
    private static readonly string Script = RedisScript.Read("Limits.slots.lua");

    private readonly TimeProvider _time = time;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.SlotLeaseSeconds);
    private readonly Dictionary<string, Dictionary<string, int>> _local = [];
    private readonly Lock _lock = new();

    /// <param name="requestId">What is repeated under it joins the turn that it began, and its slot; null: a slot of its own.</param>
    /// <returns>The slot, held and renewed until it is disposed; null when all are taken.</returns>
    public async Task<ITurnSlot?> HoldAsync(string userId, int most, string? requestId)
    {
        var id = requestId is null ? Guid.NewGuid().ToString("N") : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)));
        if (await RunAsync("hold", userId, id, most) is not { } held)
            return HoldLocally(userId, most, id);
        return held == "1" ? new Slot(this, userId, id) : null;
    }

    private Task<string?> RunAsync(string act, string userId, string id, int most) =>
        redis.TryAsync(async database => (string?)await database.ScriptEvaluateAsync(
            Script, [new RedisKey($"slots:{{{userId}}}")], [act, id, most, (long)_lease.TotalMilliseconds]) ?? "0");

    private LocalSlot? HoldLocally(string userId, int most, string id)
    {
        lock (_lock)
        {
            var held = _local.GetValueOrDefault(userId) ?? [];
            if (!held.ContainsKey(id) && held.Count >= Math.Max(1, (int)(most * options.Value.LocalShare)))
                return null;
            held[id] = held.GetValueOrDefault(id) + 1;
            _local[userId] = held;
            return new LocalSlot(this, userId, id);
        }
    }

    private sealed class Slot : ITurnSlot
    {
        private readonly TurnSlots _slots;
        private readonly string _userId;
        private readonly string _id;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _renewal;

        public Slot(TurnSlots slots, string userId, string id)
        {
            (_slots, _userId, _id) = (slots, userId, id);
            _renewal = RenewAsync();
        }

        public void Leave() => _stop.Cancel();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _renewal;
            _stop.Dispose();
            await _slots.RunAsync("release", _userId, _id, 0);
        }

        private async Task RenewAsync()
        {
            using var timer = new PeriodicTimer(_slots._lease / 3, _slots._time);
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                    await _slots.RunAsync("renew", _userId, _id, 0);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    private sealed class LocalSlot(TurnSlots slots, string userId, string id) : ITurnSlot
    {
        public void Leave()
        {
            // It is this process's own, and goes with it.
        }

        public async ValueTask DisposeAsync()
        {
            // A Redis that was too slow may have given the slot after all.
            await slots.RunAsync("release", userId, id, 0);
            lock (slots._lock)
            {
                var held = slots._local[userId];
                if (--held[id] == 0)
                    held.Remove(id);
                if (held.Count == 0)
                    slots._local.Remove(userId);
            }
        }
    }
}

/// <summary>A place among the turns that a user may run at once; disposing frees it.</summary>
internal interface ITurnSlot : IAsyncDisposable
{
    /// <summary>Holds it no longer and leaves it to expire.</summary>
    void Leave();
}
