using System.Threading.Channels;
using ChatApp.Api.Callers;
using ChatApp.Api.Logging;
using ChatApp.Api.Orchestration;
using Grpc.Core;

namespace ChatApp.Api.Limits;

/// <summary>Follows turns whose viewer has left to their end, so that they hold their slot and are charged for what they use.</summary>
internal sealed class TurnFollower(TurnStream turns, CurrentCaller current, ILogger<TurnFollower> logger) : BackgroundService
{
    private const int MostWaiting = 10_000;

    private readonly Channel<TurnWatch> _left = Channel.CreateBounded<TurnWatch>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Takes over; a turn that cannot be followed keeps what was reserved for it as its charge.</summary>
    public void Follow(TurnWatch watch) => _left.Writer.TryWrite(watch);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new HashSet<Task>();
        await foreach (var watch in _left.Reader.ReadAllAsync(stoppingToken))
        {
            followed.RemoveWhere(task => task.IsCompleted);
            followed.Add(FollowAsync(watch, stoppingToken));
        }
    }

    private async Task FollowAsync(TurnWatch watch, CancellationToken stoppingToken)
    {
        current.ActFor(watch.Reservation.Caller);
        try
        {
            await foreach (var turnEvent in turns.ResumeAsync(watch.TurnId!, watch.Last, stoppingToken))
                watch.See(turnEvent);
        }
        catch (RpcException exception)
        {
            logger.TurnNotFollowed(exception, watch.TurnId!);
        }
        catch (OperationCanceledException)
        {
            // The service stops: the turn goes on without us.
        }

        await (watch.Ended ? watch.Reservation.DisposeAsync() : watch.Reservation.AbandonAsync());
    }
}
