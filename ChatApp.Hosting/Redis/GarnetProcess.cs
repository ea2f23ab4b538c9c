using System.Globalization;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Running;

namespace ChatApp.Hosting.Redis;

/// <summary>Garnet, sized for a laptop.</summary>
internal sealed class GarnetProcess : ProcessDefinition
{
    public override string Describe(IResource resource) => "Garnet";

    public override async Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var redis = (RedisResource)context.Resource;
        var folder = context.DataFolder;
        Directory.CreateDirectory(folder);
        List<string> options =
        [
            "--bind", "127.0.0.1",
            "--port", context.Ports[RedisResource.PrimaryEndpointName].ToString(CultureInfo.InvariantCulture),
            "--memory", "64m",
            "--page", "4m",
            "--index", "8m",
            "--lua",
            // A script is atomic only as a transaction: the lock-out of a turn's former owner depends on it.
            "--lua-transaction-mode",
            "-q",
            "--checkpointdir", folder,
        ];
        if (redis.TryGetLastAnnotation<RedisPersistenceAnnotation>(out _))
            options.AddRange(["--aof", "--recover", "--aof-memory", "16m", "--aof-page-size", "4m"]);

        Dictionary<string, string> environment = [];
        if (redis.PasswordParameter is { } password)
            environment[GarnetHelper.PasswordVariable] = await password.GetValueAsync(cancellationToken) ?? "";
        return HelperProcess.Spec(GarnetHelper.Command, [.. options, .. context.Arguments], environment) with { StopTimeout = TimeSpan.FromSeconds(10), StopStage = 1 };
    }
}
