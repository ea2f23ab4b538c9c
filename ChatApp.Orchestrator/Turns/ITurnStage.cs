namespace ChatApp.Orchestrator.Turns;

/// <summary>One step of a turn. It knows nothing of HTTP, Redis or PostgreSQL but through the stores it is given.</summary>
public interface ITurnStage
{
    Task RunAsync(TurnContext turn, CancellationToken cancellationToken);
}
