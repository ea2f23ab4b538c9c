using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults.Storage;
using StackExchange.Redis;

namespace ChatApp.Orchestrator.Turns.Viewing;

/// <summary>
/// A turn that another replica runs, as seen from here: one reader of its logs, whatever number of viewers. Redis announces
/// new events; when it is silent or away the journal is asked, which a turn's end reaches in any case.
/// </summary>
internal sealed class RemoteTurn(TurnRecord turn, TurnLog log, TurnJournal journal, TurnStore store, TurnAnnouncements announcements, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollIntervalWithoutRedis = TimeSpan.FromMilliseconds(250);

    private long _epoch = turn.LeaseEpoch;

    public TurnFeed Feed { get; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await announcements.TrySubscribeAsync();
        try
        {
            await FollowAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The last viewer left.
        }
        finally
        {
            Feed.Close();
            announcements.TryUnsubscribe();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var askJournal = true;
        while (true)
        {
            announcements.Watch();
            var fresh = await ReadAsync(askJournal, cancellationToken);
            Feed.Publish(fresh);
            if (fresh.Count > 0 && fresh[^1].EventCase == TurnEvent.EventOneofCase.Ended)
                return;

            var interval = log.IsConnected ? PollInterval : PollIntervalWithoutRedis;
            askJournal = !await announcements.WaitAsync(interval, cancellationToken) || !log.IsConnected;
        }
    }

    private async Task<IReadOnlyList<TurnEvent>> ReadAsync(bool askJournal, CancellationToken cancellationToken)
    {
        var after = Feed.Last;
        var fresh = await TryReadLogAsync(after);
        if (fresh.Count > 0 || !askJournal)
            return fresh;

        try
        {
            var stored = await journal.ReadAsync(turn.UserId, turn.Id, after, cancellationToken);
            // Redis should have had them first: perhaps under a later owner's name.
            if (stored.Count > 0 && log.IsConnected)
                _epoch = (await store.GetAsync(turn.UserId, turn.Id, cancellationToken)).LeaseEpoch;
            return stored;
        }
        catch (Exception exception) when (TransientFailures.IsTransient(exception))
        {
            await Task.Delay(PollIntervalWithoutRedis, time, cancellationToken);
            return [];
        }
    }

    private async Task<IReadOnlyList<TurnEvent>> TryReadLogAsync(long after)
    {
        if (!log.IsConnected)
            return [];
        try
        {
            while (true)
            {
                try
                {
                    return await log.ReadAsync(turn.Id, _epoch, after);
                }
                catch (FencedException)
                {
                    _epoch++;
                }
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return [];
        }
    }
}
