namespace ChatApp.Inference.Constraints;

/// <summary>A constrained answer cannot go on: no token of the vocabulary fits, or the token chosen does not.</summary>
public sealed class ConstraintException(string message) : Exception(message);
