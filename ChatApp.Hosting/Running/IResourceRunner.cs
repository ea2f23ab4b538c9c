namespace ChatApp.Hosting.Running;

/// <summary>Starts and stops one resource, or one of its replicas.</summary>
internal interface IResourceRunner
{
    IResource Resource { get; }

    /// <summary>The replica's id; the resource's name where there is one.</summary>
    string Id { get; }

    /// <summary>Whether someone may start and stop it.</summary>
    bool HasCommands { get; }

    /// <summary>Begins; does nothing where it runs already.</summary>
    void Start();

    /// <summary>Ends, lets it drain, and does not start it again.</summary>
    Task StopAsync();
}
