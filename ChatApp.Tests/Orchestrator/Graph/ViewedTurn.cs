using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>What a viewer of a turn has on screen, built from its events alone; checks their numbers as they come.</summary>
public sealed class ViewedTurn
{
    public List<TurnEvent> Events { get; } = [];

    public long Last => Events.Count == 0 ? 0 : Events[^1].Number;

    public TurnStarted Started => Events[0].Started;

    public string TurnId => Started.TurnId;

    public string Text => Started.InitialText + string.Concat(Events.Where(e => e.Text is not null).Select(e => e.Text.Text));

    public TurnEnded? Ended => Events.LastOrDefault(e => e.Ended is not null)?.Ended;

    public async Task<ViewedTurn> FollowAsync(
        AsyncServerStreamingCall<TurnEvent> call, Func<ViewedTurn, bool>? until = null, CancellationToken cancellationToken = default)
    {
        using (call)
        {
            await foreach (var turnEvent in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                turnEvent.Number.ShouldBe(Last + 1, "events are numbered without gaps");
                Events.Add(turnEvent);
                if (until?.Invoke(this) == true)
                    return this;
            }
        }

        return this;
    }
}
