using System.Diagnostics;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Faults;

/// <summary>A viewer as the edge is one: when a stream breaks it goes on after the last event, on whichever replica answers.</summary>
public sealed class SteadyViewer(OrchestratorProcess first, OrchestratorProcess second, Metadata identity)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public ViewedTurn Seen { get; } = new();

    /// <summary>Longest time between two events.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <param name="request">With a request id: it is what makes starting again safe.</param>
    /// <param name="onEvent">Called with each new event.</param>
    public async Task FollowAsync(RunTurnRequest request, Func<ViewedTurn, Task> onEvent)
    {
        var clock = Stopwatch.StartNew();
        var last = clock.Elapsed;
        for (var attempt = 0; Seen.Ended is null; attempt++)
        {
            var replica = attempt % 2 == 0 ? first : second;
            try
            {
                using var call = Seen.Last == 0
                    ? replica.Turns.Run(request, identity)
                    : replica.Turns.Resume(new ResumeTurnRequest { TurnId = Seen.TurnId, After = Seen.Last }, identity);
                await foreach (var turnEvent in call.ResponseStream.ReadAllAsync())
                {
                    turnEvent.Number.ShouldBe(Seen.Last + 1, "events are numbered without gaps");
                    Seen.Events.Add(turnEvent);
                    LongestPause = clock.Elapsed - last > LongestPause ? clock.Elapsed - last : LongestPause;
                    last = clock.Elapsed;
                    await onEvent(Seen);
                }
            }
            catch (Exception broken) when (broken is ObjectDisposedException or RpcException
            {
                StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown
            })
            {
                if (clock.Elapsed - last > Patience)
                    throw new AssertionException($"Nothing came for too long after event {Seen.Last}: {broken.Message}");
                await Task.Delay(50);
            }
        }
    }
}
