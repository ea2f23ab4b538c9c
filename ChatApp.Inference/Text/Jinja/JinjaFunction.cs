namespace ChatApp.Inference.Text.Jinja;

/// <summary>Something a template can call.</summary>
/// <param name="positional">Arguments by position.</param>
/// <param name="named">Arguments by name.</param>
internal delegate object? JinjaFunction(List<object?> positional, Dictionary<string, object?> named);
