namespace Aspire.Hosting.ApplicationModel;

/// <summary>How long a store lives.</summary>
public enum ContainerLifetime
{
    /// <summary>As long as the application.</summary>
    Session,

    /// <summary>Longer than the application; local processes end with it all the same, their data volumes stay.</summary>
    Persistent,
}
