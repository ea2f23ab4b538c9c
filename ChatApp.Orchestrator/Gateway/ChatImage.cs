namespace ChatApp.Orchestrator.Gateway;

/// <summary>An image that goes with a message.</summary>
public sealed record ChatImage(string MediaType, byte[] Bytes);
