namespace ChatApp.Inference.Engine;

/// <summary>No token can be chosen from a row of logits: its sequence ends, others go on.</summary>
internal sealed class InvalidLogitsException(string message) : Exception(message);
