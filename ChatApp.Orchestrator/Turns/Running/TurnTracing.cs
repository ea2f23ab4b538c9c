using System.Diagnostics;
using System.Text.Json;
using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Records;

namespace ChatApp.Orchestrator.Turns.Running;

/// <summary>
/// The spans of a turn: one for each owner's run of it, below the request that started the turn, and below that one for each
/// stage and tool. Ids and counts, never text.
/// </summary>
internal static class TurnTracing
{
    private static readonly ActivitySource s_source = new("ChatApp.Turns");

    public static Activity? Start(TurnRecord turn)
    {
        ActivityContext.TryParse(TraceParent(turn), traceState: null, isRemote: true, out var parent);
        return s_source.StartActivity("turn", ActivityKind.Internal, parent)?
            .SetTag("gen_ai.conversation.id", WireId.Format(WireId.Conversation, turn.ConversationId))
            .SetTag("chatapp.turn.id", WireId.Format(WireId.Turn, turn.Id))
            .SetTag("chatapp.turn.takeovers", turn.Takeovers);
    }

    // What can't be read ends the turn, not its trace.
    private static string? TraceParent(TurnRecord turn)
    {
        try
        {
            return TurnOrder.Deserialize(turn.Request).TraceParent;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static Activity? Stage(ITurnStage stage) => s_source.StartActivity(stage.GetType().Name);

    public static Activity? Tool(ToolStep step) => s_source.StartActivity($"execute_tool {step.Name}")?
        .SetTag("gen_ai.operation.name", "execute_tool")
        .SetTag("gen_ai.tool.name", step.Name)
        .SetTag("gen_ai.tool.type", "function")
        .SetTag("gen_ai.tool.call.id", step.Id);

    /// <summary>How a turn or a tool call ended.</summary>
    public static void End(this Activity? span, string status, bool isError)
    {
        span?.SetTag("chatapp.status", status);
        if (isError)
            span?.SetTag("error.type", status).SetStatus(ActivityStatusCode.Error);
    }
}
