namespace ChatApp.Hosting.Running;

internal static class ResourceCommands
{
    /// <summary>The runners of a replica's id, or of all replicas of a resource's name.</summary>
    public static IReadOnlyList<IResourceRunner> Find(this ApplicationRun run, string id) =>
        run.Runners.Where(runner => string.Equals(runner.Id, id, StringComparison.OrdinalIgnoreCase)).ToArray() is { Length: > 0 } exact
            ? exact
            : [.. run.Runners.Where(runner => string.Equals(runner.Resource.Name, id, StringComparison.OrdinalIgnoreCase))];
}
