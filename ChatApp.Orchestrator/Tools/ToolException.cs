namespace ChatApp.Orchestrator.Tools;

/// <summary>A tool could not do what it was asked. The message goes to the model, and says what to do instead.</summary>
public sealed class ToolException(string message) : Exception(message);
