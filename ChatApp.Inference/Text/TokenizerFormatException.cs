namespace ChatApp.Inference.Text;

/// <summary>A tokenizer's or template's files are missing, damaged or of a kind this engine does not know; the message names the file and the part.</summary>
public sealed class TokenizerFormatException(string message, Exception? inner = null) : Exception(message, inner);
