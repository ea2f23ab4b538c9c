namespace ChatApp.Inference.Endpoints;

/// <summary>Whether the model may, must or must not call a tool, and which.</summary>
/// <param name="Mode">OpenAI's modes; <see cref="ToolChoiceMode.Named"/> goes with <paramref name="Name"/>.</param>
/// <param name="Name">The one tool to call.</param>
internal readonly record struct ToolChoice(ToolChoiceMode Mode, string? Name = null)
{
    public bool IsForced => Mode is ToolChoiceMode.Required or ToolChoiceMode.Named;
}
