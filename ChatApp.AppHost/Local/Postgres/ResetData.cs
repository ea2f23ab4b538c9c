namespace ChatApp.AppHost.Local.Postgres;

/// <summary>The dashboard's command that empties the database while the product runs.</summary>
internal static class ResetData
{
    public const string Command = "reset-data";

    public static IResourceBuilder<LocalPostgresResource> WithResetData(this IResourceBuilder<LocalPostgresResource> server) =>
        server.WithCommand(Command, "Reset data", context => RunAsync(server.Resource, context), new CommandOptions
        {
            Description = "Stops the services, empties the stores and starts everything again.",
            ConfirmationMessage = "All conversations, accounts and files of this checkout are deleted. Go on?",
            IconName = "DatabaseArrowDown",
        });

    // Services make their schema when they start; what Redis holds speaks of rows that are gone.
    private static async Task<ExecuteCommandResult> RunAsync(LocalPostgresResource server, ExecuteCommandContext context)
    {
        var commands = context.Services.GetRequiredService<ResourceCommandService>();
        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        var services = context.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<ProjectResource>().ToList();
        List<IResource> stores = [server, .. context.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<Garnet.GarnetResource>()];
        foreach (var resource in services.AsEnumerable().Reverse().Concat(stores))
            await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, context.CancellationToken);
        server.Cluster.Delete();
        foreach (var resource in stores.Concat(services))
        {
            await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, context.CancellationToken);
            if (resource == server)
                await notifications.WaitForResourceHealthyAsync(server.Name, context.CancellationToken);
        }

        return CommandResults.Success();
    }
}
