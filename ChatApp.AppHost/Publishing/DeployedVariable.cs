namespace ChatApp.AppHost.Publishing;

/// <summary>An environment variable.</summary>
internal sealed record DeployedVariable(string Name, DeployedText Value);
