using System.Collections.Concurrent;
using ChatApp.Web.Api;

namespace ChatApp.Web.Chat;

/// <summary>
/// Carries what the prerendered page read over to the circuit that takes the page over a moment later, so that it
/// neither reads twice nor flickers, without writing a long conversation into the page a second time. A circuit on
/// another replica finds nothing here and reads for itself.
/// </summary>
internal sealed class PrerenderHandoff(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (object Value, DateTimeOffset Until)> _values = new();

    public string Put(object value)
    {
        var now = time.GetUtcNow();
        foreach (var (key, (_, until)) in _values)
        {
            if (until < now)
                _values.TryRemove(key, out _);
        }

        var ticket = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        _values[ticket] = (value, now + Kept);
        return ticket;
    }

    public T? Take<T>(string? ticket)
        where T : class =>
        ticket is not null && _values.TryRemove(ticket, out var entry) && entry.Until >= time.GetUtcNow() ? entry.Value as T : null;
}

/// <summary>What the prerendered frame of the page had read.</summary>
internal sealed record PrerenderedShell(ConversationPage Conversations, IReadOnlyList<ModelInfo> Models, UserProfile? Me);
