using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.App;

/// <summary>A turn event as a server-sent event: its name and its data.</summary>
/// <remarks>The contract's messages are written as they are, in snake_case.</remarks>
internal static class TurnEventView
{
    public static (string Name, object Data) From(TurnEvent turnEvent) => turnEvent.EventCase switch
    {
        TurnEvent.EventOneofCase.Started => ("started", turnEvent.Started),
        TurnEvent.EventOneofCase.Text => ("text", turnEvent.Text),
        TurnEvent.EventOneofCase.Reasoning => ("reasoning", turnEvent.Reasoning),
        TurnEvent.EventOneofCase.ToolCall => ("tool_call", turnEvent.ToolCall),
        TurnEvent.EventOneofCase.ToolResult => ("tool_result", turnEvent.ToolResult),
        TurnEvent.EventOneofCase.Notice => ("notice", turnEvent.Notice),
        TurnEvent.EventOneofCase.Ended => ("ended", turnEvent.Ended),
        _ => ("unknown", new { }),
    };
}
