using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Text;

/// <summary>What a chat template renders.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>Messages, each with <c>role</c> and what goes with it (<c>content</c>, <c>tool_calls</c>, <c>tool_call_id</c>, <c>name</c>).</summary>
    public required IReadOnlyList<JinjaMap> Messages { get; init; }

    /// <summary>Tool definitions in OpenAI's form, or null when there are none.</summary>
    public IReadOnlyList<JinjaMap>? Tools { get; init; }

    /// <summary>Retrieved passages (<c>title</c>, <c>text</c>), or null when there are none.</summary>
    public IReadOnlyList<JinjaMap>? Documents { get; init; }

    /// <summary>Whether the prompt ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Whether the prompt ends inside the last message, whose text the model goes on writing.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further variables some templates know, such as <c>enable_thinking</c>.</summary>
    public JinjaMap? Variables { get; init; }
}
