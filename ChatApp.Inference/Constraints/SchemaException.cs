namespace ChatApp.Inference.Constraints;

/// <summary>A schema cannot be enforced: it is wrong, too large, or uses what is not supported; the message names the place.</summary>
public sealed class SchemaException(string message) : Exception(message);
