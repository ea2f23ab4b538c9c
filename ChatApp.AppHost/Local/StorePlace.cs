namespace ChatApp.AppHost.Local;

/// <summary>Where stores run that no connection string is given for; the setting <c>Stores</c>.</summary>
internal enum StorePlace
{
    /// <summary>As programs of this machine.</summary>
    Local,

    /// <summary>As containers.</summary>
    Containers,
}
