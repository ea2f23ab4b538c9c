namespace ChatApp.Web.Rendering;

/// <summary>How code of a language is cut into tokens.</summary>
public enum CodeSyntax
{
    /// <summary>Words, numbers, text and comments.</summary>
    Words,

    /// <summary>The same, and a word or text before a colon or an equals sign is a name.</summary>
    Keyed,

    /// <summary>Tags and attributes.</summary>
    Markup,

    /// <summary>Lines by their first character.</summary>
    Diff,

    /// <summary>Shown as it is.</summary>
    None,
}
