using System.Collections.Concurrent;
using System.Text.Json;
using ChatApp.Api.Logging;
using ChatApp.ServiceDefaults;
using Dapper;
using Npgsql;
using StackExchange.Redis;
using CommandFlags = StackExchange.Redis.CommandFlags;

namespace ChatApp.Api.Revocations;

/// <summary>
/// The requests that this replica is answering, so that a right that ends takes its streams along: at once here, by a message
/// on the other replicas. What no message told is found by asking the database, each second while Redis is away.
/// </summary>
internal sealed class OpenRequests(IConnectionMultiplexer redis, NpgsqlDataSource dataSource, TimeProvider time, ILogger<OpenRequests> logger) : PeriodicService
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("chat:revoked");
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrustInMessages = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<OpenRequest, byte> _open = [];
    private readonly Guid _replica = Guid.NewGuid();
    private long _allChecked = time.GetTimestamp();
    private bool _isSubscribed;

    /// <summary>Something was revoked, here or on another replica.</summary>
    public event Action<Revocation>? Revoked;

    public OpenRequest Enter(HttpContext context, RequestOwner owner)
    {
        var request = new OpenRequest(this, context, owner);
        _open[request] = 0;
        return request;
    }

    public void Leave(OpenRequest request) => _open.TryRemove(request, out _);

    /// <summary>Ends what a right allowed, on every replica. The database has it already.</summary>
    public void End(Revocation revocation)
    {
        Take(revocation);
        if (redis.IsConnected)
            _ = redis.GetSubscriber().PublishAsync(Channel, JsonSerializer.Serialize(new Message(_replica, revocation)), CommandFlags.FireAndForget);
    }

    /// <summary>Ends requests on this replica by who made them.</summary>
    public void EndWhere(Func<RequestOwner, bool> isRevoked)
    {
        foreach (var request in _open.Keys)
        {
            if (isRevoked(request.Owner))
                request.Revoke();
        }
    }

    protected override PeriodicTimer NewTimer() => new(Interval, time);

    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        await SubscribeAsync();
        var all = !redis.IsConnected || time.GetElapsedTime(_allChecked) >= TrustInMessages;
        var due = _open.Keys.Where(request => all || !request.IsChecked).ToList();
        if (due.Count > 0)
            await CheckAsync(due, cancellationToken);
        if (all)
            _allChecked = time.GetTimestamp();
    }

    protected override void Failed(Exception exception) => logger.RightsNotChecked(exception);

    private async Task SubscribeAsync()
    {
        if (_isSubscribed)
            return;
        _isSubscribed = true;
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Channel, (_, text) => Receive(text));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The client subscribes by itself once it is connected.
        }
    }

    private void Receive(RedisValue text)
    {
        try
        {
            if (JsonSerializer.Deserialize<Message>((string?)text ?? "null") is { Revocation: { } revocation } message && message.From != _replica)
                Take(revocation);
        }
        catch (JsonException)
        {
            // Not of this release; the database has it.
        }
    }

    private void Take(Revocation revocation)
    {
        Revoked?.Invoke(revocation);
        EndWhere(revocation.Covers);
    }

    private async Task CheckAsync(List<OpenRequest> due, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var standing = (await connection.QueryAsync<Guid>(new CommandDefinition("""
            SELECT id FROM identity.users WHERE id = ANY(@users) AND deleted_at IS NULL AND (banned_until IS NULL OR banned_until <= @now)
            UNION ALL
            SELECT id FROM identity.sessions WHERE id = ANY(@sessions) AND revoked_at IS NULL
            UNION ALL
            SELECT id FROM identity.api_keys WHERE id = ANY(@keys) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)
            """, new
        {
            users = due.Select(request => request.Owner.UserId).Distinct().ToArray(),
            sessions = due.Select(request => request.Owner.SessionId).OfType<Guid>().Distinct().ToArray(),
            keys = due.Select(request => request.Owner.KeyId).OfType<Guid>().Distinct().ToArray(),
            now = time.GetUtcNow(),
        }, cancellationToken: cancellationToken))).ToHashSet();
        foreach (var request in due)
        {
            request.IsChecked = true;
            if (!Stands(request.Owner.UserId) || !Stands(request.Owner.SessionId) || !Stands(request.Owner.KeyId))
                request.Revoke();
        }

        bool Stands(Guid? id) => id is not { } known || standing.Contains(known);
    }

    private sealed record Message(Guid From, Revocation Revocation);
}
