using System.Net;
using ChatApp.Api.Logging;
using ChatApp.Api.Revocations;
using ChatApp.ServiceDefaults;
using Dapper;
using Npgsql;

namespace ChatApp.Api.Abuse;

/// <summary>Banned addresses, networks and devices; every replica reads the list every second, so that a ban reaches what is open there.</summary>
internal sealed class BanList(NpgsqlDataSource dataSource, OpenRequests open, TimeProvider time, ILogger<BanList> logger) : PeriodicService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private volatile Known _known = new([], []);

    public bool IsBanned(IPAddress? address, string? device) =>
        ClientAddress.IsIn(address, _known.Networks) || device is not null && _known.Devices.Contains(device);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var bans = await ListAsync(cancellationToken);
        _known = new Known(
            [.. bans.Where(ban => ban.Kind == Ban.Address).Select(ban => Proxies.Parse(ban.Value))],
            bans.Where(ban => ban.Kind == Ban.Device).Select(ban => ban.Value).ToHashSet(StringComparer.Ordinal));
        open.EndWhere(owner => IsBanned(owner.Address, owner.Device));
    }

    public async Task<IReadOnlyList<Ban>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Ban>(new CommandDefinition("""
            SELECT id, kind, value, reason, until, created_at FROM identity.bans WHERE until IS NULL OR until > @now ORDER BY id DESC
            """, new { now = time.GetUtcNow() }, cancellationToken: cancellationToken))];
    }

    public async Task<Guid> AddAsync(string kind, string value, string? reason, DateTimeOffset? until, Guid by, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            id = await connection.ExecuteScalarAsync<Guid>(new CommandDefinition("""
                INSERT INTO identity.bans (id, kind, value, reason, until, created_by, created_at)
                VALUES (@id, @kind, @value, @reason, @until::timestamptz, @by, @now)
                ON CONFLICT (kind, value) DO UPDATE SET reason = @reason, until = @until::timestamptz, created_by = @by
                RETURNING id
                """, new { id, kind, value, reason, until, by = by.ToString(), now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        }

        await LoadAsync(cancellationToken);
        return id;
    }

    /// <returns>False when there is no such ban.</returns>
    public async Task<bool> RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        int removed;
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
            removed = await connection.ExecuteAsync(new CommandDefinition("DELETE FROM identity.bans WHERE id = @id", new { id }, cancellationToken: cancellationToken));
        await LoadAsync(cancellationToken);
        return removed > 0;
    }

    protected override PeriodicTimer NewTimer() => new(Interval, time);

    protected override Task WorkAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    protected override void Failed(Exception exception) => logger.BansNotRead(exception);

    private sealed record Known(IReadOnlyList<IPNetwork> Networks, HashSet<string> Devices);
}

/// <summary>A row of <c>identity.bans</c>.</summary>
internal sealed record Ban
{
    public const string Address = "address";
    public const string Device = "device";

    public Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string Value { get; init; }

    public string? Reason { get; init; }

    public DateTime? Until { get; init; }

    public DateTime CreatedAt { get; init; }
}
