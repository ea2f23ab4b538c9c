namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// The stages of a turn, in order. What the last one leaves is made permanent by <see cref="TurnRunner"/>, whatever way the turn ends.
/// </summary>
internal sealed class TurnPipeline(LoadHistory loadHistory, BuildPrompt buildPrompt, Generate generate, TimeProvider time)
{
    private readonly ITurnStage[] _preparation = [loadHistory, buildPrompt];

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        foreach (var stage in _preparation)
            await RunAsync(stage, turn, cancellationToken);
        turn.Tally.Spent.OnPrompt(time.GetElapsedTime(began));
        await RunAsync(generate, turn, cancellationToken);
    }

    private static async Task RunAsync(ITurnStage stage, TurnContext turn, CancellationToken cancellationToken)
    {
        using var span = TurnTracing.Stage(stage);
        await stage.RunAsync(turn, cancellationToken);
    }
}

/// <summary>One step of a turn. It knows nothing of HTTP, Redis or PostgreSQL but through the stores it is given.</summary>
internal interface ITurnStage
{
    Task RunAsync(TurnContext turn, CancellationToken cancellationToken);
}
