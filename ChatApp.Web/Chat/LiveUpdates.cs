using System.Collections.Concurrent;

namespace ChatApp.Web.Chat;

/// <summary>
/// Tells the circuits of this replica about each other's changes, so that two tabs agree within a moment. It is a
/// shortcut only: pages of other replicas learn the same from the Api when they next refresh their list.
/// </summary>
public sealed class LiveUpdates
{
    private readonly ConcurrentDictionary<object, (Func<string> Owner, Action<LiveUpdate> Handler)> _listeners = new();

    public IDisposable Subscribe(object listener, Func<string> owner, Action<LiveUpdate> handler)
    {
        _listeners[listener] = (owner, handler);
        return new Subscription(() => _listeners.TryRemove(listener, out _));
    }

    public void Publish(LiveUpdate update)
    {
        // Nobody's updates are nobody's to hear.
        if (update.Owner.Length == 0)
            return;
        foreach (var (listener, (owner, handler)) in _listeners)
        {
            if (listener != update.Source && owner() == update.Owner)
                handler(update);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
