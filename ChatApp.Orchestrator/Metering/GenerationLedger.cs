using System.Threading.Channels;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults.Storage;

namespace ChatApp.Orchestrator.Metering;

/// <summary>Stores usage at once, or, while the database is away, as soon as it is back; each event once, by its id.</summary>
internal sealed class GenerationLedger(UsageStore usages, IdFactory ids, TimeProvider time, ILogger<GenerationLedger> logger) : BackgroundService, IGenerationLedger
{
    private const int LongestQueue = 100_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<(string Owner, GenerationRecord Generation)> _late =
        Channel.CreateBounded<(string, GenerationRecord)>(new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.Wait });

    /// <inheritdoc />
    public async Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken)
    {
        generation = generation with { Id = ids.New(), At = time.GetUtcNow() };
        try
        {
            await usages.RecordAsync(owner, generation, cancellationToken);
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception))
        {
            if (!_late.Writer.TryWrite((owner, generation)))
                Log.UsageLost(logger, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (owner, generation) in _late.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryStoreAsync(owner, generation, stoppingToken))
                await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task<bool> TryStoreAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken)
    {
        try
        {
            await usages.RecordAsync(owner, generation, cancellationToken);
            return true;
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception))
        {
            return false;
        }
        catch (Npgsql.NpgsqlException exception)
        {
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
