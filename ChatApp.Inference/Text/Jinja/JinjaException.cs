namespace ChatApp.Inference.Text.Jinja;

/// <summary>
/// A template could not be parsed or rendered; the message says where and why.
/// </summary>
/// <param name="message">What went wrong.</param>
/// <param name="raisedByTemplate">True when the template itself refused its input with <c>raise_exception</c>.</param>
public sealed class JinjaException(string message, bool raisedByTemplate = false) : Exception(message)
{
    /// <summary>True when the template itself refused its input with <c>raise_exception</c>: the caller's input is at fault.</summary>
    public bool RaisedByTemplate { get; } = raisedByTemplate;
}
