namespace ChatApp.AppHost.Publishing.Model;

/// <summary>The network of the services themselves, from which a forwarded address is believed.</summary>
internal static class InnerNetwork
{
    public const string ProxiesParameter = "known-proxies";

    /// <summary>What kubeadm gives pods, and Compose the containers.</summary>
    public const string Default = "10.244.0.0/16";
}
