using ChatApp.Api.Accounts;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Callers;
using ChatApp.Api.Sessions;
using ChatApp.Api.Uploads;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Profile;

/// <summary>What is known about a user beside their conversations: account, sessions, keys, usage, files.</summary>
internal sealed class OwnData(
    AccountStore accounts, SessionStore sessions, ApiKeyStore keys, UsageStatement statement, Files.FilesClient files, TimeProvider time)
{
    /// <summary>Each part's name and what is written for it.</summary>
    /// <exception cref="OpenAIException">The user has no account.</exception>
    public async Task<IReadOnlyList<(string Name, object Value)>> ReadAsync(Caller caller, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Id, cancellationToken) ?? throw OpenAIException.NotFound("user");
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return
        [
            ("user", UserView.From(account)),
            ("sessions", await sessions.ListAsync(caller.Id, cancellationToken)),
            ("keys", (await keys.ListAsync(caller.Id, cancellationToken)).Select(key => KeysApi.KeyView.From(key))),
            ("usage", await statement.ReadAsync(null, caller.Plan, today.AddDays(-365), today, cancellationToken)),
            ("files", (await files.ListAsync(new ListFilesRequest(), cancellationToken: cancellationToken)).Files.Select(FileView.From)),
        ];
    }
}
