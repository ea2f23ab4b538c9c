namespace Aspire.Hosting.ApplicationModel;

/// <summary>How many processes of a resource run behind one address.</summary>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>The number of processes.</summary>
    public int Replicas { get; } = replicas;
}
