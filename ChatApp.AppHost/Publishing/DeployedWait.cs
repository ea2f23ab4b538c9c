namespace ChatApp.AppHost.Publishing;

/// <summary>What has to have happened to another resource before this one starts.</summary>
internal sealed record DeployedWait(string Resource, WaitType Until);
