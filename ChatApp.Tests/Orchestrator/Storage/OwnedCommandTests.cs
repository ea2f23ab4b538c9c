using ChatApp.Orchestrator.Storage;

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
}
