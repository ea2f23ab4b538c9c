using ChatApp.Web.Api;
using ChatApp.Web.Turns;

namespace ChatApp.Web.Chat;

/// <summary>
/// The conversation that one circuit has open: sends, tails, stops. Everything runs on the circuit's own
/// synchronisation context, so the fold needs no locks; leaving a conversation only detaches from its turn.
/// </summary>
internal sealed class ChatSession(
    TurnsClient turns, ConversationsClient conversations, TurnTail tail, TimeProvider time) : IAsyncDisposable
{
    private readonly List<QueuedMessage> _queue = [];

    // What was asked for and not yet confirmed, by request id.
    private readonly Dictionary<string, StartTurn> _sent = [];

    // What was typed and is not yet stored, by request id. Each ends when it is; until then the browser keeps it.
    private readonly Dictionary<string, TaskCompletionSource> _unstored = [];
    private CancellationTokenSource _open = new();
    private CancellationTokenSource? _turn;
    private Task _tailing = Task.CompletedTask;
    private DateTimeOffset _readAt;
    private bool _sawTheEnd;

    /// <summary>Something visible changed.</summary>
    public event Action? Changed;

    /// <summary>The conversation got its id or title, or was used: the list wants to know.</summary>
    public event Action<ConversationTree>? Touched;

    public ConversationTree View { get; private set; } = new();

    public TurnFold? Running { get; private set; }

    public bool Loading { get; private set; }

    public ApiException? LoadError { get; private set; }

    /// <summary>The stream of the running turn was lost and is being taken up again.</summary>
    public bool Reconnecting { get; private set; }

    public bool Stopping { get; private set; }

    public IReadOnlyList<QueuedMessage> Queue => _queue;

    /// <summary>The model asked for; null leaves the choice to the catalogue.</summary>
    public string? Model { get; set; }

    /// <summary>Nothing of the conversation is kept, neither here nor on the server.</summary>
    public bool Temporary { get; private set; }

    /// <summary>What the person wants every answer to heed.</summary>
    public string? Instructions { get; set; }

    /// <summary>Shows a conversation; null shows the start of a new one.</summary>
    public async Task OpenAsync(string? id, bool follow, ConversationDetail? known, CancellationToken cancellationToken, bool temporary = false)
    {
        if (id is not null && id == View.Id && LoadError is null)
            return;
        if (id is null && View.Id is null && View.Path.Count == 0 && Temporary == temporary)
            return;

        await DetachAsync();
        View = new ConversationTree();
        _sawTheEnd = false;
        Temporary = temporary;
        _queue.Clear();
        _sent.Clear();
        foreach (var left in _unstored.Values)
            left.TrySetCanceled();
        _unstored.Clear();
        LoadError = null;
        if (id is null)
        {
            Changed?.Invoke();
            return;
        }

        Loading = known is null;
        Changed?.Invoke();
        var open = _open.Token;
        try
        {
            var detail = known ?? await conversations.GetAsync(id, cancellationToken);
            if (open.IsCancellationRequested)
                return;
            View = ConversationTree.From(detail);
            _readAt = detail.Conversation.UpdatedAt;
            if (follow && View.RunningTurnId is { } turnId)
                Follow(View.Watch(turnId), null);
        }
        catch (ApiException exception)
        {
            LoadError = exception;
        }
        finally
        {
            Loading = false;
            Changed?.Invoke();
        }
    }

    /// <summary>Reads the conversation again, and joins a turn that someone else started in it.</summary>
    public async Task RefreshAsync()
    {
        if (View.Id is not { } id)
            return;
        var (view, open) = (View, _open.Token);
        var detail = await conversations.GetAsync(id, open);
        if (view != View || open.IsCancellationRequested)
            return;
        View.Merge(detail);
        PlaceRefused();
        _readAt = detail.Conversation.UpdatedAt;
        if (Running is null && View.RunningTurnId is { } turnId)
            Follow(View.Watch(turnId), null);
        Changed?.Invoke();
    }

    /// <summary>The Api says what the conversation is now; messages are read again only when there are some that this page lacks.</summary>
    public async Task TakeAsync(ConversationSummary conversation)
    {
        if (conversation.Id != View.Id)
            return;
        View.Take(conversation);
        Changed?.Invoke();
        if (Running is not null)
            return;
        var lacking = conversation.CurrentMessageId is { Length: > 0 } newest && View.Find(newest) is null;
        if (View.RunningTurnId is not null || lacking || (!_sawTheEnd && conversation.UpdatedAt > _readAt))
        {
            await RefreshAsync();
            return;
        }

        // The end of a turn that this page followed moves the conversation's date on, and that is no news.
        _sawTheEnd = false;
        _readAt = conversation.UpdatedAt;
    }

    /// <summary>Something may have been missed.</summary>
    /// <param name="listed">As the list has it; null: it does not say.</param>
    public Task CatchUpAsync(ConversationSummary? listed) =>
        Running is not null ? Task.CompletedTask : listed is null ? RefreshAsync() : TakeAsync(listed);

    /// <summary>Sends now, or after the running answer.</summary>
    /// <returns>Ends when the server has the message, or the person took it back; a refusal alone does not end it, since it can be tried again.</returns>
    public Task Send(string text, IReadOnlyList<AttachedFile>? files = null)
    {
        if (string.IsNullOrWhiteSpace(text) && files is not { Count: > 0 })
            return Task.CompletedTask;
        var message = new QueuedMessage(NewRequestId(), text, files ?? []);
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _unstored[message.RequestId] = stored;
        if (Running is not null)
            _queue.Add(message);
        else
            SendNow(message);
        Changed?.Invoke();
        return stored.Task;
    }

    public void Unqueue(QueuedMessage message)
    {
        _queue.Remove(message);
        Settle(message.RequestId);
        Changed?.Invoke();
    }

    public void SendQueued()
    {
        if (Running is not null || _queue.Count == 0)
            return;
        var next = _queue[0];
        _queue.RemoveAt(0);
        SendNow(next);
        Changed?.Invoke();
    }

    public void Edit(MessageNode user, string text)
    {
        if (Running is not null || (string.IsNullOrWhiteSpace(text) && user.Files.Count == 0))
            return;
        Branch(NewRequestId(), user.ParentId, text, user.Files);
    }

    public void Regenerate(MessageNode answer, string? model = null)
    {
        if (Running is not null || View.Find(answer.ParentId) is not { } user)
            return;
        var requestId = NewRequestId();
        var turn = Temporary
            ? NewTemporaryTurn(requestId, user.ParentId, user.Text)
            : NewTurn(requestId) with { ParentId = user.Id, Regenerate = true, Branch = true };
        Follow(View.Answer(requestId, user, time.GetUtcNow()), turn with { Model = model ?? Model });
        Changed?.Invoke();
    }

    public void Continue(MessageNode answer)
    {
        if (Running is not null || Temporary)
            return;
        Follow(View.Continue(answer), NewTurn(NewRequestId()) with { ParentId = answer.Id, ContinueMessage = true });
        Changed?.Invoke();
    }

    /// <summary>After an error: sends the message again if it never arrived, else asks for another answer to it.</summary>
    public void Retry(MessageNode answer)
    {
        if (Running is not null || View.Find(answer.ParentId) is not { } user)
            return;
        if (user.Status == MessageStatus.Pending)
        {
            if (user.RequestId is not { } requestId || !_sent.TryGetValue(requestId, out var turn))
                return;
            PlaceRefused();
            View.Discard(user);
            // The very same request joins the turn that it began, where it did arrive; what has changed is another request.
            if (turn.Model != Model || (!Temporary && turn.ParentId != user.ParentId))
            {
                turn = turn with { RequestId = NewRequestId(), Model = Model, ParentId = user.ParentId };
                if (_unstored.Remove(requestId, out var stored))
                    _unstored[turn.RequestId] = stored;
                _sent.Remove(requestId);
            }

            Follow(View.Send(turn.RequestId, user.ParentId, user.Text, time.GetUtcNow(), user.Files), turn);
            Changed?.Invoke();
        }
        else
        {
            Regenerate(answer);
        }
    }

    public async Task StopAsync()
    {
        if (Running?.TurnId is not { } turnId || Stopping)
            return;
        Stopping = true;
        Changed?.Invoke();
        try
        {
            if (Temporary && _turn is { } turn)
            {
                // Such a turn ends with its only viewer.
                await turn.CancelAsync();
                return;
            }

            await turns.StopAsync(turnId, _open.Token);
        }
        finally
        {
            Stopping = false;
        }
    }

    public async Task ShowBranchAsync(MessageNode node)
    {
        var leaf = View.Show(node);
        Changed?.Invoke();
        if (View.Id is { } id && leaf.IsStored)
            await conversations.ChangeAsync(id, new ConversationChange { CurrentMessageId = leaf.Id }, _open.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await DetachAsync();
        _turn?.Dispose();
        _open.Dispose();
    }

    private static IReadOnlyList<string>? IdsOf(IReadOnlyList<AttachedFile> files) => files.Count == 0 ? null : [.. files.Select(file => file.Id)];

    private static string NewRequestId() => Guid.CreateVersion7().ToString("N");

    private void SendNow(QueuedMessage message)
    {
        var (requestId, text, files) = message;
        var parent = (Temporary ? View.Leaf : View.LastStored)?.Id;
        var turn = Temporary ? NewTemporaryTurn(requestId, parent, text) : NewTurn(requestId) with { ParentId = parent, Content = text, FileIds = IdsOf(files) };
        Follow(View.Send(requestId, parent, text, time.GetUtcNow(), files), turn);
    }

    private void Branch(string requestId, string? parentId, string text, IReadOnlyList<AttachedFile> files)
    {
        // Without a parent a branch is another beginning of the conversation.
        var turn = Temporary
            ? NewTemporaryTurn(requestId, parentId, text)
            : NewTurn(requestId) with { ParentId = parentId, Content = text, FileIds = IdsOf(files), Branch = true };
        Follow(View.Send(requestId, parentId, text, time.GetUtcNow(), files), turn);
        Changed?.Invoke();
    }

    private StartTurn NewTurn(string requestId) => new()
    {
        RequestId = requestId,
        ConversationId = View.Id,
        Model = Model,
        System = string.IsNullOrWhiteSpace(Instructions) ? null : Instructions,
    };

    private StartTurn NewTemporaryTurn(string requestId, string? parentId, string text) => NewTurn(requestId) with
    {
        Temporary = true,
        Content = text,
        History = [.. View.PathTo(parentId).Where(node => node.Text.Length > 0).Select(node => new EarlierMessage(node.Role, node.Text))],
    };

    private void Follow(TurnFold fold, StartTurn? start)
    {
        Running = fold;
        if (start is not null)
            _sent[start.RequestId] = start;
        _turn?.Dispose();
        _turn = CancellationTokenSource.CreateLinkedTokenSource(_open.Token);
        _tailing = FollowAsync(View, fold, start, _turn.Token, _open.Token);
    }

    private async Task FollowAsync(ConversationTree view, TurnFold fold, StartTurn? start, CancellationToken stop, CancellationToken leave)
    {
        // The caller has not yet told the page about the message: let that happen first.
        await Task.Yield();
        var (knownId, knownTitle) = (view.Id, view.Title);
        try
        {
            await tail.RunAsync(fold, start, lost =>
            {
                Reconnecting = lost;
                if (start is not null && fold.User?.IsStored == true)
                    Settle(start.RequestId);
                PlaceRefused();
                if (view.Id != knownId || view.Title != knownTitle)
                {
                    (knownId, knownTitle) = (view.Id, view.Title);
                    Touched?.Invoke(view);
                }

                Changed?.Invoke();
            }, stop);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            fold.Stop();
        }

        if (start is not null && fold.Answer?.IsStored == true)
            _sent.Remove(start.RequestId);
        Running = null;
        (Reconnecting, _sawTheEnd) = (false, true);
        Touched?.Invoke(view);
        if (fold.Answer?.Status == MessageStatus.Completed)
            SendQueued();
        Changed?.Invoke();
        if (start is not null && fold.User?.IsStored == false)
            await ShowWhatCameMeanwhileAsync(leave);
    }

    /// <summary>A refusal may mean that the conversation went on elsewhere: then the page shows how.</summary>
    private async Task ShowWhatCameMeanwhileAsync(CancellationToken leave)
    {
        try
        {
            await RefreshAsync();
        }
        catch (Exception exception) when (exception is ApiException || (exception is OperationCanceledException && leave.IsCancellationRequested))
        {
            // What was refused says why; the next word of the feed tries this again.
        }
    }

    /// <summary>What was refused, and was to go on from the end, stands behind what has come since.</summary>
    private void PlaceRefused()
    {
        if (View.RefusedAtTheEnd is { RequestId: { } requestId } user && _sent.TryGetValue(requestId, out var turn) && turn is { Branch: not true, Temporary: not true })
            View.PlaceLast(user);
    }

    private void Settle(string requestId)
    {
        if (_unstored.Remove(requestId, out var stored))
            stored.TrySetResult();
    }

    private async Task DetachAsync()
    {
        await _open.CancelAsync();
        await _tailing;
        _open.Dispose();
        _open = new CancellationTokenSource();
        (Running, Reconnecting, Stopping) = (null, false, false);
    }
}

/// <summary>A message that is to be sent, now or when the running answer has ended.</summary>
public sealed record QueuedMessage(string RequestId, string Text, IReadOnlyList<AttachedFile> Files);
