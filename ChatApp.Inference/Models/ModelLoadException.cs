namespace ChatApp.Inference.Models;

/// <summary>A model folder cannot be used; the message names the file, what is wrong and what would be right.</summary>
public sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
