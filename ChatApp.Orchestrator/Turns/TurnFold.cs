using System.Text;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Orchestrator.Turns;

/// <summary>What a turn's events amount to: the text that a viewer of them has on screen.</summary>
public sealed record TurnFold(string Text, string Reasoning, TurnEnded? Ended)
{
    public static TurnFold Of(IEnumerable<TurnEvent> events)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        TurnEnded? ended = null;
        foreach (var turnEvent in events)
        {
            switch (turnEvent.EventCase)
            {
                case TurnEvent.EventOneofCase.Started: text.Append(turnEvent.Started.InitialText); break;
                case TurnEvent.EventOneofCase.Text: text.Append(turnEvent.Text.Text); break;
                case TurnEvent.EventOneofCase.Reasoning: reasoning.Append(turnEvent.Reasoning.Text); break;
                case TurnEvent.EventOneofCase.Ended: ended = turnEvent.Ended; break;
            }
        }

        return new TurnFold(text.ToString(), reasoning.ToString(), ended);
    }
}
