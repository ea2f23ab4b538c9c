namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>A key can't be had from where it should be.</summary>
/// <param name="message">What is wrong with the reference; holds no key.</param>
public sealed class SecretException(string message) : Exception(message);
