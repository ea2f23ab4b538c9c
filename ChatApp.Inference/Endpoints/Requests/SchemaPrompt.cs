using ChatApp.Inference.Text;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>
/// Tells the model the schema that its answer will be kept to: a model that does not know what is asked of it fits the form and
/// wanders inside it. Templates with a place of their own get it there, the others in the system message.
/// </summary>
internal static class SchemaPrompt
{
    /// <summary>The variables by which templates take a schema.</summary>
    private static readonly string[] _places = ["response_format", "json_schema"];

    public static ChatTemplateInput Show(ChatTemplate template, ChatTemplateInput input, ResponseFormat? format)
    {
        if (format?.Schema is not { } schema)
            return input;
        var places = Array.FindAll(_places, place => template.Source.Contains(place, StringComparison.Ordinal));
        if (places.Length == 0)
            return input with { Messages = WithSystem(input.Messages, $"Answer with JSON that fits this schema:\n{schema.GetRawText()}") };
        var variables = new JinjaMap();
        foreach (var (name, value) in input.Variables ?? [])
            variables[name] = value;
        foreach (var place in places)
            variables[place] = place == "json_schema" ? TemplateValues.Map(schema, "response_format.json_schema.schema") : TemplateValues.Map(format.Given, "response_format");
        return input with { Variables = variables };
    }

    private static List<JinjaMap> WithSystem(IReadOnlyList<JinjaMap> messages, string text)
    {
        if (messages is not [{ } first, ..] || !first.TryGet("role", out var role) || role is not "system" || !first.TryGet("content", out var content))
            return [new JinjaMap { ["role"] = "system", ["content"] = text }, .. messages];
        var extended = new JinjaMap();
        foreach (var (name, value) in first)
            extended[name] = value;
        extended["content"] = $"{content}\n\n{text}";
        return [extended, .. messages.Skip(1)];
    }
}
