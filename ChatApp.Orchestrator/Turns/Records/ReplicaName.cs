namespace ChatApp.Orchestrator.Turns.Records;

/// <summary>What this process calls itself in leases: the machine for people, and a part that no two processes share.</summary>
internal sealed record ReplicaName(string Value)
{
    public static ReplicaName Unique() => new($"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
}
