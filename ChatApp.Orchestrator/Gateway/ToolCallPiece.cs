namespace ChatApp.Orchestrator.Gateway;

/// <summary>Part of a tool call in a stream: the first of an index has the name, the arguments come bit by bit.</summary>
public sealed record ToolCallPiece(int Index, string Name, string Arguments);
