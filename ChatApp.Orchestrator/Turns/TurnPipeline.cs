using ChatApp.Orchestrator.Turns.Stages;

namespace ChatApp.Orchestrator.Turns;

/// <summary>
/// The stages of a turn, in order. What the last one leaves is made permanent by <see cref="TurnRunner"/>, whatever way the turn ends.
/// </summary>
public sealed class TurnPipeline(LoadHistory loadHistory, BuildPrompt buildPrompt, Generate generate)
{
    private readonly ITurnStage[] _stages = [loadHistory, buildPrompt, generate];

    public async Task RunAsync(TurnContext turn, CancellationToken cancellationToken)
    {
        foreach (var stage in _stages)
        {
            using var span = TurnTracing.Stage(stage);
            await stage.RunAsync(turn, cancellationToken);
        }
    }
}
