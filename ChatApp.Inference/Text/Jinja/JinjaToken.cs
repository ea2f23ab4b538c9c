namespace ChatApp.Inference.Text.Jinja;

/// <summary>A lexical element: text between tags, or a name, literal or operator inside one.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line);
