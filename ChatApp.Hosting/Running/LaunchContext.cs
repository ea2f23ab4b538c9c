using ChatApp.Hosting.Reporting;
using ChatApp.Hosting.State;

namespace ChatApp.Hosting.Running;

/// <summary>What a process definition works with.</summary>
internal sealed record LaunchContext
{
    public required IResource Resource { get; init; }

    public required string InstanceId { get; init; }

    /// <summary>The port that this process listens on, by endpoint name.</summary>
    public required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>The whole environment of the process.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required StateDirectory State { get; init; }

    public required ResourceLog Log { get; init; }

    /// <summary>The folder of the resource's data: a volume, or one that is emptied at each start.</summary>
    public string DataFolder =>
        !Resource.TryGetLastAnnotation<DataVolumeAnnotation>(out var volume) ? State.Session(Resource.Name)
        : Path.IsPathFullyQualified(volume.Name) ? volume.Name
        : State.Volume(volume.Name);
}
