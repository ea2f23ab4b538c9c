using System.Globalization;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Running;

namespace ChatApp.Hosting.Qdrant;

/// <summary>The <c>qdrant</c> program on PATH.</summary>
internal sealed class QdrantProcess : ProcessDefinition
{
    public override string Describe(IResource resource) => "qdrant";

    public override async Task<ProcessSpec> PrepareAsync(LaunchContext context, CancellationToken cancellationToken)
    {
        var qdrant = (QdrantServerResource)context.Resource;
        var program = ExecutableSearch.Find("qdrant")
            ?? throw new DistributedApplicationException($"No 'qdrant' program was found on PATH for the resource '{qdrant.Name}'. Install Qdrant, or set ConnectionStrings:{qdrant.Name}.");
        var folder = context.DataFolder;
        Directory.CreateDirectory(folder);

        var environment = new Dictionary<string, string>(context.Environment)
        {
            ["QDRANT__SERVICE__HOST"] = "127.0.0.1",
            ["QDRANT__SERVICE__HTTP_PORT"] = context.Ports[QdrantServerResource.HttpEndpointName].ToString(CultureInfo.InvariantCulture),
            ["QDRANT__SERVICE__GRPC_PORT"] = context.Ports[QdrantServerResource.PrimaryEndpointName].ToString(CultureInfo.InvariantCulture),
            ["QDRANT__SERVICE__API_KEY"] = await qdrant.ApiKeyParameter.GetValueAsync(cancellationToken) ?? "",
            ["QDRANT__STORAGE__STORAGE_PATH"] = Path.Combine(folder, "storage"),
            ["QDRANT__STORAGE__SNAPSHOTS_PATH"] = Path.Combine(folder, "snapshots"),
            ["QDRANT__TELEMETRY_DISABLED"] = "true",
        };
        return new ProcessSpec
        {
            FileName = program,
            Arguments = context.Arguments,
            WorkingDirectory = folder,
            Environment = environment,
            StopStage = 1,
        };
    }
}
