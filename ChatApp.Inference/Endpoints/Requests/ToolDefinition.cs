using System.Buffers;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>A tool offered to the model.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Parameters">JSON schema of its arguments, if given.</param>
/// <param name="Template">The definition as the chat template sees it.</param>
internal sealed record ToolDefinition(string Name, JsonElement? Parameters, JinjaMap Template)
{
    private static readonly SearchValues<char> _nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    /// <summary>Reads <c>tools</c> and <c>tool_choice</c>.</summary>
    public static (IReadOnlyList<ToolDefinition> Tools, ToolChoice Choice) Read(RequestFields request)
    {
        request.Refuse("functions", "use tools.");
        request.Refuse("function_call", "use tool_choice.");
        var tools = new List<ToolDefinition>();
        var index = 0;
        foreach (var item in request.Array("tools", RequestLimits.Tools)?.EnumerateArray() ?? default)
        {
            var path = $"tools[{index++}]";
            var tool = item.ValueKind == JsonValueKind.Object ? new RequestFields(item, path) : throw OpenAIException.Invalid($"{path} must be an object.", path, "invalid_type");
            if (tool.Text("type") is not "function" and var type)
                throw OpenAIException.Invalid($"{path}.type is '{type}'; only function is supported.", $"{path}.type", "invalid_value");
            var function = tool.Object("function") ?? throw OpenAIException.Invalid($"{path}.function is required.", $"{path}.function");
            var name = function.Text("name", 128);
            if (string.IsNullOrEmpty(name) || name.AsSpan().IndexOfAnyExcept(_nameCharacters) >= 0)
                throw OpenAIException.Invalid($"{path}.function.name must be letters, digits, '_', '-' or '.', at most 128.", $"{path}.function.name", "invalid_value");
            var parameters = function.Object("parameters")?.Element;
            tools.Add(new ToolDefinition(name, parameters, TemplateValues.Map(item, path)));
        }
        return (tools, Choice(request, tools));
    }

    private static ToolChoice Choice(RequestFields request, List<ToolDefinition> tools)
    {
        ToolChoice choice;
        if (request.Find("tool_choice") is not { } value)
            return new ToolChoice(tools.Count > 0 ? ToolChoiceMode.Auto : ToolChoiceMode.None);
        if (value.ValueKind == JsonValueKind.String)
        {
            choice = value.GetString() switch
            {
                "none" => new ToolChoice(ToolChoiceMode.None),
                "auto" => new ToolChoice(ToolChoiceMode.Auto),
                "required" => new ToolChoice(ToolChoiceMode.Required),
                var other => throw OpenAIException.Invalid($"tool_choice is '{other}'; accepted: none, auto, required, or an object that names a function.", "tool_choice", "invalid_value"),
            };
        }
        else
        {
            var name = request.Object("tool_choice")?.Object("function")?.Text("name")
                ?? throw OpenAIException.Invalid("tool_choice.function.name is required.", "tool_choice.function.name");
            if (tools.TrueForAll(t => t.Name != name))
                throw OpenAIException.Invalid($"tool_choice names '{name}', which is not among tools.", "tool_choice.function.name", "invalid_value");
            choice = new ToolChoice(ToolChoiceMode.Named, name);
        }
        if (tools.Count == 0 && choice.IsForced)
            throw OpenAIException.Invalid("tool_choice demands a call, but tools is empty.", "tool_choice", "invalid_value");
        return tools.Count == 0 ? new ToolChoice(ToolChoiceMode.None) : choice;
    }
}

/// <summary>Whether the model may, must or must not call a tool, and which.</summary>
/// <param name="Mode">OpenAI's modes; <see cref="ToolChoiceMode.Named"/> goes with <paramref name="Name"/>.</param>
/// <param name="Name">The one tool to call.</param>
internal readonly record struct ToolChoice(ToolChoiceMode Mode, string? Name = null)
{
    public bool IsForced => Mode is ToolChoiceMode.Required or ToolChoiceMode.Named;
}

internal enum ToolChoiceMode
{
    None,
    Auto,
    Required,
    Named,
}
