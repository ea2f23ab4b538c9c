using System.Data.Common;
using Dapper;

namespace ChatApp.Orchestrator.Storage;

internal static class OwnedCommand
{
    private const string OwnerParameter = "@owner";

    /// <exception cref="InvalidOperationException">The statement is not filtered by its owner.</exception>
    public static CommandDefinition Create(
        string owner, string sql, object? parameters, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (!sql.Contains(OwnerParameter, StringComparison.Ordinal))
            throw new InvalidOperationException($"A user's statement must be filtered by {OwnerParameter}: {sql}");

        var bound = new DynamicParameters(parameters);
        bound.Add(OwnerParameter, owner);
        return new CommandDefinition(sql, bound, transaction, cancellationToken: cancellationToken);
    }
}
