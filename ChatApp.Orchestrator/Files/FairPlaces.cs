namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Places for work that takes long. Users take turns, and where there are several places one user never has all of them: somebody
/// else's work begins at once however much one user asks for.
/// </summary>
internal sealed class FairPlaces(int places)
{
    private readonly int _mostOfOne = Math.Max(1, places - 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _taken = [];
    private readonly LinkedList<(string User, TaskCompletionSource Place)> _waiting = [];
    private int _free = places;

    /// <summary>Waits for a place and has it until what is given back is disposed of.</summary>
    public async Task<IDisposable> EnterAsync(string user, CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.AddLast((user, place));
            Admit();
        }

        await using var leaving = cancellationToken.UnsafeRegister(static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), place);
        await place.Task;
        return new Place(this, user);
    }

    private void Admit()
    {
        while (_free > 0 && Next() is { } next)
        {
            _waiting.Remove(next);
            // Who went away meanwhile takes none.
            if (!next.Value.Place.TrySetResult())
                continue;
            _free--;
            _taken[next.Value.User] = _taken.GetValueOrDefault(next.Value.User) + 1;
        }
    }

    // Who has fewest goes first, then who waits longest.
    private LinkedListNode<(string User, TaskCompletionSource Place)>? Next()
    {
        LinkedListNode<(string User, TaskCompletionSource Place)>? next = null;
        var fewest = _mostOfOne;
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (_taken.GetValueOrDefault(node.Value.User) is var has && has < fewest)
                (next, fewest) = (node, has);
        }

        return next;
    }

    private void Leave(string user)
    {
        lock (_gate)
        {
            _free++;
            if (--_taken[user] == 0)
                _taken.Remove(user);
            Admit();
        }
    }

    private sealed class Place(FairPlaces places, string user) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (_left)
                return;
            _left = true;
            places.Leave(user);
        }
    }
}
