namespace ChatApp.AppHost.Publishing;

/// <summary>The name under which <c>dotnet publish /t:PublishContainer</c> leaves a project's image: <c>ContainerRepository</c> in <c>Directory.Build.props</c>.</summary>
internal static class ContainerRepository
{
    public static string Of(string projectPath) => Path.GetFileNameWithoutExtension(projectPath).ToLowerInvariant().Replace('.', '-');
}
