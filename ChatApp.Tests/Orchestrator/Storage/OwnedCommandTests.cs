using ChatApp.Orchestrator.Conversations;
using ChatApp.Orchestrator.Conversations.Sharing;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Jobs;
using ChatApp.Orchestrator.Metering;
using ChatApp.Orchestrator.Objects;
using ChatApp.Orchestrator.Storage;
using ChatApp.Orchestrator.Turns.Events;
using ChatApp.Orchestrator.Turns.Leases;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Storage;

public sealed class OwnedCommandTests
{
    [Test]
    public void A_statement_that_is_not_filtered_by_its_owner_is_not_run() =>
        Should.Throw<InvalidOperationException>(() => OwnedCommand.Create("ada", "SELECT text FROM chat.messages WHERE id = @id", new { id = 1 }, null, CancellationToken.None))
            .Message.ShouldContain("@owner");

    [Test]
    public void The_owner_is_who_was_asked_for_and_no_parameter_takes_its_place()
    {
        var command = OwnedCommand.Create("ada", "SELECT 1 WHERE 'x' = @owner", new { owner = "eve" }, null, CancellationToken.None);

        ((Dapper.DynamicParameters)command.Parameters!).Get<string>("owner").ShouldBe("ada");
    }

    // Everything else asks as somebody: these are the service's own business, or speak for nobody yet.
    private static readonly Dictionary<Type, string> s_ownerless = new()
    {
        [typeof(TurnLeases)] = "which replica runs which turn, whoever's it is",
        [typeof(TurnJournal)] = "writes the events of all turns of a replica at once; reading asks for the owner",
        [typeof(ConversationPurge)] = "deleted conversations past their time",
        [typeof(JobStore)] = "takes whoever's job is due; asking for one names its owner",
        [typeof(ObjectPurge)] = "bytes that no file refers to any more",
        [typeof(FilePurge)] = "deleted and unfinished files",
        [typeof(ShareStore)] = "who opens a link is nobody: its token is what is asked for; making and ending one asks for the owner",
        [typeof(UsageStore)] = "sums for administrators, and what each generation cost; one's own usage asks for the owner",
    };

    [Test]
    public void What_may_ask_the_database_without_an_owner_is_named_here()
    {
        var ask = typeof(OwnedDatabase).Assembly.GetTypes()
            .Where(type => type.Namespace != typeof(OwnedDatabase).Namespace)
            .Where(type => type.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(NpgsqlDataSource))));

        ask.ShouldBe(s_ownerless.Keys, ignoreOrder: true);
    }
}
