using Npgsql;

namespace ChatApp.Orchestrator.Storage;

/// <summary>
/// The choke point of ownership: everything that is read or written for a user goes through
/// <see cref="For"/>, which binds <c>@owner</c> and refuses a statement that does not use it.
/// </summary>
internal sealed class OwnedDatabase(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>Statements on behalf of one user.</summary>
    /// <exception cref="ArgumentException">The owner is empty.</exception>
    public OwnerSession For(string owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        return new OwnerSession(dataSource, owner, time);
    }
}
