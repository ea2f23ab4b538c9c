using System.Threading.Channels;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Storage;
using ChatApp.ServiceDefaults.Storage;
using Npgsql;

namespace ChatApp.Orchestrator.Metering;

/// <summary>
/// Stores usage at once, or, while the database is away, as soon as it is back; each event once, by its id. Meanwhile it is in
/// Redis, where any replica finds it; in this process's memory only while Redis is away too.
/// </summary>
internal sealed class GenerationLedger(UsageStore usages, LateUsage late, IdFactory ids, TimeProvider time, ILogger<GenerationLedger> logger)
    : BackgroundService, IGenerationLedger
{
    private const int LongestQueue = 100_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How often what another replica left is looked for.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<UsageOf> _held = Channel.CreateBounded<UsageOf>(new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.Wait });
    private readonly AsyncAutoResetEvent _fresh = new();

    /// <inheritdoc />
    public async Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken)
    {
        var usage = new UsageOf(owner, generation with { Id = ids.New(), At = time.GetUtcNow() });
        if (await TryStoreAsync(usage, cancellationToken))
            return;
        if (!await late.TryKeepAsync(usage) && !_held.Writer.TryWrite(usage))
            Log.UsageLost(logger, "the database and Redis are away, and memory is full");
        _fresh.Set();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (_held.Reader.TryRead(out var usage))
        {
            if (!await TryStoreAsync(usage, cancellationToken) && !await late.TryKeepAsync(usage))
                Log.UsageLost(logger, "the database and Redis are away, and the service stops");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await StoreHeldAsync(stoppingToken) && await StoreLateAsync(stoppingToken))
                    await _fresh.WaitAsync(Interval, time, stoppingToken);
                else
                    await Task.Delay(Pause, time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // The host stops.
            }
        }
    }

    // What is taken from memory is there again when it can't be stored.
    private async Task<bool> StoreHeldAsync(CancellationToken cancellationToken)
    {
        while (_held.Reader.TryPeek(out var usage))
        {
            if (!await TryStoreAsync(usage, cancellationToken) && !await late.TryKeepAsync(usage))
                return false;
            _held.Reader.TryRead(out _);
        }

        return true;
    }

    // Stored first, then forgotten: by two replicas at once it is stored once, too.
    private async Task<bool> StoreLateAsync(CancellationToken cancellationToken)
    {
        while (await late.ReadAsync() is { Count: > 0 } kept)
        {
            foreach (var (entry, usage) in kept)
            {
                if (usage is null)
                    Log.UsageLost(logger, "what was kept of it can't be read");
                else if (!await TryStoreAsync(usage, cancellationToken))
                    return false;
                await late.ForgetAsync(entry);
            }
        }

        return true;
    }

    /// <returns>False while the database is away.</returns>
    private async Task<bool> TryStoreAsync(UsageOf usage, CancellationToken cancellationToken)
    {
        try
        {
            await usages.RecordAsync(usage.Owner, usage.Generation, cancellationToken);
            return true;
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception))
        {
            return false;
        }
        catch (NpgsqlException exception)
        {
            // It would be refused again.
            Log.UsageLost(logger, exception.Message);
            return true;
        }
    }
}

/// <summary>Where generations that belong to no turn are written down.</summary>
internal interface IGenerationLedger
{
    /// <summary>Never fails the request that used the tokens: what can't be stored now is stored later.</summary>
    Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken);
}
