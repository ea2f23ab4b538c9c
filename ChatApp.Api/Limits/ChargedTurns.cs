using Dapper;
using Npgsql;

namespace ChatApp.Api.Limits;

/// <summary>Which turns were taken from their user's limits already: a request that is repeated attaches to its turn and takes nothing more.</summary>
internal sealed class ChargedTurns(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <returns>Whether this is the first time.</returns>
    public async Task<bool> AddAsync(Guid userId, string turnId)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        return await connection.ExecuteAsync(
            "INSERT INTO identity.charges (id, user_id, at) VALUES (@turnId, @userId, @now) ON CONFLICT DO NOTHING",
            new { turnId, userId, now = time.GetUtcNow() }) > 0;
    }
}
