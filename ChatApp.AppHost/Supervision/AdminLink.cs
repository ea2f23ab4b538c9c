using System.Diagnostics;
using ChatApp.AppHost.Local;

namespace ChatApp.AppHost.Supervision;

/// <summary>The dashboard's command that signs a developer in as an administrator, on the first day and when a password is lost.</summary>
internal static class AdminLink
{
    public const string Command = "admin-link";

    public static IResourceBuilder<ProjectResource> WithAdminLink(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<IResourceWithConnectionString> database, IResourceBuilder<ProjectResource> web) =>
        api.WithCommand(Command, "New admin sign-in link", context => RunAsync(api.Resource, database.Resource, web.GetEndpoint("http"), context.CancellationToken), new CommandOptions
        {
            Description = "Makes a link that signs in as an administrator, once and within 15 minutes.",
            IconName = "PersonKey",
        });

    private static async Task<ExecuteCommandResult> RunAsync(ProjectResource api, IResourceWithConnectionString database, EndpointReference web, CancellationToken cancellationToken)
    {
        var program = new ProcessStartInfo("dotnet", [BuiltProject.Assembly(api.GetProjectMetadata()), "admin-link"]);
        program.Environment[$"ConnectionStrings__{database.Name}"] = await database.GetConnectionStringAsync(cancellationToken);
        var run = await ProgramRun.RunAsync(program, cancellationToken);
        return run.ExitCode == 0
            ? CommandResults.Success("Open this link.", web.Url + run.Output.Trim(), CommandResultFormat.Text, displayImmediately: true)
            : CommandResults.Failure(run.Errors.Trim());
    }
}
