namespace ChatApp.Orchestrator.Gateway;

/// <summary>What decides among routes of the same priority.</summary>
public enum RoutePreference
{
    /// <summary>The replica that has the conversation's prefix cached, unless it is much busier than another.</summary>
    Affinity,

    /// <summary>The cheapest; among equals as with affinity.</summary>
    Price,

    /// <summary>The one with the least to do.</summary>
    Load,
}
