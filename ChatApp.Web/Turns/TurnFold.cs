using ChatApp.Web.Api;

namespace ChatApp.Web.Turns;

/// <summary>Folds the numbered events of one turn into its conversation. Applying an event twice changes nothing.</summary>
public sealed class TurnFold
{
    private readonly ConversationTree _view;
    private readonly bool _ownTurn;

    internal TurnFold(ConversationTree view, MessageNode? user, MessageNode answer)
    {
        _view = view;
        User = user;
        Answer = answer;
        _ownTurn = true;
    }

    internal TurnFold(ConversationTree view, string turnId)
    {
        _view = view;
        TurnId = turnId;
    }

    public string? TurnId { get; private set; }

    public MessageNode? User { get; private set; }

    public MessageNode? Answer { get; private set; }

    /// <summary>Number of the last event taken; a lost stream is taken up after it.</summary>
    public long LastNumber { get; private set; }

    public bool Ended { get; private set; }

    public bool Started => LastNumber > 0;

    /// <exception cref="InvalidOperationException">An event is missing before this one; the stream must be taken up again.</exception>
    public void Apply(TurnEvent turnEvent)
    {
        if (turnEvent.Number <= LastNumber)
            return;
        if (turnEvent.Number != LastNumber + 1)
            throw new InvalidOperationException($"Event {turnEvent.Number} follows event {LastNumber} of turn {TurnId}.");
        LastNumber = turnEvent.Number;

        switch (turnEvent)
        {
            case TurnEvent.Started started:
                Begin(started);
                break;
            case TurnEvent.TextDelta text:
                Answer?.AppendText(text.Delta);
                break;
            case TurnEvent.ReasoningDelta reasoning:
                Answer?.AppendReasoning(reasoning.Delta);
                break;
            case TurnEvent.ToolCall call:
                Answer?.AddTool(new ToolStep(call.Id, call.Name, call.ArgumentsJson ?? ""));
                break;
            case TurnEvent.ToolResult result:
                Answer?.FinishTool(result);
                break;
            case TurnEvent.Notice notice:
                Answer?.AddNotice(notice);
                break;
            case TurnEvent.Ended ended:
                Answer?.End(ended);
                Ended = true;
                break;
        }
    }

    /// <summary>The person stopped a turn that no server keeps.</summary>
    public void Stop()
    {
        Answer?.End(new TurnEvent.Ended { Status = nameof(MessageStatus.Stopped) });
        Ended = true;
    }

    /// <summary>The turn could not be started, or its stream not be taken up again.</summary>
    public void Fail(TurnError error)
    {
        Answer?.Fail(error);
        Ended = true;
    }

    private void Begin(TurnEvent.Started started)
    {
        TurnId = started.TurnId;
        _view.Name(started.ConversationId);
        if (_ownTurn)
        {
            // Messages that are stored nowhere keep the ids that this page gave them.
            if (string.IsNullOrEmpty(started.AssistantMessageId))
            {
                User?.Confirm(User.Id);
            }
            else
            {
                if (User is not null && !string.IsNullOrEmpty(started.UserMessageId))
                    _view.Confirm(User, started.UserMessageId);
                _view.Confirm(Answer!, started.AssistantMessageId);
            }
        }
        else
        {
            var user = _view.Find(started.UserMessageId);
            if (user is null && !string.IsNullOrEmpty(started.UserMessageId))
                user = _view.FindOrAdd(started.UserMessageId, started.ParentId, MessageNode.User);
            User = user;
            Answer = _view.FindOrAdd(started.AssistantMessageId ?? "", started.UserMessageId, MessageNode.Assistant);
        }

        Answer!.BeginStream(started);
    }
}
