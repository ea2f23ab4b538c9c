namespace ChatApp.Web.Components.Elements;

/// <summary>
/// The short messages of one page. What a toast can undo happens when it leaves, also when the page itself leaves:
/// a person who deletes and closes the tab has deleted.
/// </summary>
public sealed class Toasts(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(7);
    private readonly List<Toast> _items = [];
    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<Guid, (Func<Task> Expire, TaskCompletionSource<bool> Undone)> _pending = [];
    private readonly List<Task> _running = [];

    public event Action? Changed;

    public IReadOnlyList<Toast> Items => _items;

    public void Show(string text, bool isError = false) => Track(RunAsync(new Toast(Guid.NewGuid(), text, null, null, isError), null));

    /// <param name="undo">Done when the person takes it back.</param>
    /// <param name="commit">Done when the time to take it back has passed.</param>
    public void ShowUndo(string text, string actionText, Action undo, Func<Task> commit)
    {
        var key = Guid.NewGuid();
        var undone = new TaskCompletionSource<bool>();
        _pending[key] = (commit, undone);
        var toast = new Toast(key, text, actionText, () =>
        {
            undo();
            undone.TrySetResult(true);
            return Task.CompletedTask;
        }, false);
        Track(RunAsync(toast, commit));
    }

    public void Dismiss(Toast toast)
    {
        if (_pending.TryGetValue(toast.Key, out var pending))
            pending.Undone.TrySetResult(false);
        Remove(toast);
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await Task.WhenAll(_running);
        _gone.Dispose();
    }

    private void Track(Task task)
    {
        _running.RemoveAll(known => known.IsCompleted);
        _running.Add(task);
    }

    private async Task RunAsync(Toast toast, Func<Task>? commit)
    {
        _items.Add(toast);
        Changed?.Invoke();
        var undone = _pending.TryGetValue(toast.Key, out var pending) ? pending.Undone.Task : new TaskCompletionSource<bool>().Task;
        await Task.WhenAny(undone, Task.Delay(Shown, time, _gone.Token));
        Remove(toast);
        _pending.Remove(toast.Key);
        if (commit is null || (undone.IsCompletedSuccessfully && undone.Result))
            return;
        try
        {
            await commit();
        }
        catch (Api.ApiException exception) when (!_gone.IsCancellationRequested)
        {
            Show(exception.Message, isError: true);
        }
        catch (Api.ApiException)
        {
            // Nobody is left to tell; the conversation stays, which is the safe side.
        }
    }

    private void Remove(Toast toast)
    {
        if (_items.Remove(toast))
            Changed?.Invoke();
    }
}

/// <summary>A short message at the edge of the page, with at most one thing to do about it.</summary>
public sealed record Toast(Guid Key, string Text, string? ActionText, Func<Task>? Action, bool IsError);
