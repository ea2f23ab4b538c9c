using ChatApp.Api.Accounts;
using ChatApp.Api.Revocations;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Sessions;

/// <summary>
/// What holds for a user at this moment: role, plan, ban, whether the session still stands. Tokens carry none of it, so a
/// demotion or a sign-out takes effect on every replica within <see cref="AccountsOptions.DirectoryCacheMilliseconds"/>.
/// </summary>
internal sealed class AccountDirectory : IDisposable
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 50_000 });
    private readonly AccountStore _accounts;
    private readonly SessionStore _sessions;
    private readonly OpenRequests _open;
    private readonly TimeSpan _lifetime;

    public AccountDirectory(AccountStore accounts, SessionStore sessions, OpenRequests open, IOptions<AccountsOptions> options)
    {
        (_accounts, _sessions, _open) = (accounts, sessions, open);
        _lifetime = TimeSpan.FromMilliseconds(options.Value.DirectoryCacheMilliseconds);
        open.Revoked += Forget;
    }

    /// <returns>The user, or null when there is none or it was deleted.</returns>
    public Task<Account?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        ReadAsync(userId, () => _accounts.FindAsync(userId, cancellationToken));

    /// <returns>Whether the session exists, belongs to the user and was not revoked.</returns>
    public Task<bool> IsSessionOpenAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken) =>
        ReadAsync((userId, sessionId), () => _sessions.IsOpenAsync(userId, sessionId, cancellationToken));

    /// <summary>Forgets a user at once on this replica, after a change made here that ends nothing.</summary>
    public void Forget(Guid userId)
    {
        _cache.Remove(userId);
        foreach (var key in _cache.Keys.Where(key => key is ValueTuple<Guid, Guid> pair && pair.Item1 == userId).ToArray())
            _cache.Remove(key);
    }

    /// <summary>Ends a right on every replica, with the streams that it allowed, after the database has ended it.</summary>
    public void End(Revocation revocation) => _open.End(revocation);

    public void Dispose()
    {
        _open.Revoked -= Forget;
        _cache.Dispose();
    }

    private void Forget(Revocation revocation) => Forget(revocation.UserId);

    private async Task<T> ReadAsync<T>(object key, Func<Task<T>> read)
    {
        if (_lifetime > TimeSpan.Zero && _cache.TryGetValue(key, out T? known))
            return known!;
        var value = await read();
        if (_lifetime > TimeSpan.Zero)
            _cache.Set(key, value, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = _lifetime, Size = 1 });
        return value;
    }
}
