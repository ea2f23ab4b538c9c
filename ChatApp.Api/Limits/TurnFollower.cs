using System.Threading.Channels;
using ChatApp.Api.Callers;
using ChatApp.Api.Logging;
using ChatApp.Api.Orchestration;
using Grpc.Core;

namespace ChatApp.Api.Limits;

/// <summary>
/// Follows turns that nobody views any more, because their viewer left or their stream broke, to their end, so that they hold
/// their slot and are charged for what they use.
/// </summary>
internal sealed class TurnFollower(TurnStream turns, CurrentCaller current, TimeProvider time, ILogger<TurnFollower> logger) : BackgroundService
{
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<TurnWatch> _left = Channel.CreateBounded<TurnWatch>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes over; a turn that cannot be followed keeps what was reserved for it as its charge.</summary>
    public async ValueTask FollowAsync(TurnWatch watch)
    {
        if (!_left.Writer.TryWrite(watch))
            await watch.Reservation.AbandonAsync();
    }

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
        var until = time.GetUtcNow() + MonthlyBudget.LongestHold;
        try
        {
            while (!watch.Ended && await MayFollowAsync(watch, stoppingToken) && time.GetUtcNow() < until)
                await Task.Delay(Pause, time, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The service stops: the turn goes on without us.
            watch.Reservation.Leave();
            return;
        }

        await (watch.Ended ? watch.Reservation.DisposeAsync() : watch.Reservation.AbandonAsync());
    }

    /// <returns>Whether the turn may go on where it can't be seen now.</returns>
    private async Task<bool> MayFollowAsync(TurnWatch watch, CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var turnEvent in turns.ResumeAsync(watch.TurnId!, watch.Last, stoppingToken))
                watch.See(turnEvent);
            return !watch.Ended;
        }
        catch (RpcException exception)
        {
            stoppingToken.ThrowIfCancellationRequested();
            logger.TurnNotFollowed(exception, watch.TurnId!);
            return exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.DeadlineExceeded or StatusCode.Unknown;
        }
    }
}
