using System.Text.Json;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Text;

/// <summary>
/// A model's chat template: messages, tools and passages to prompt tokens. Text from the request never becomes a control token:
/// it is guarded before rendering (<see cref="SpecialTextGuard"/>). Safe for concurrent use.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>A noncharacter that marks where the final message ends, so that the prompt can stop there.</summary>
    private const char EndMark = '\uFDD2';

    private readonly Tokenizer _tokenizer;
    private readonly JinjaTemplate _template;
    private readonly JinjaTemplate? _toolTemplate;
    private readonly SpecialTextGuard _controlTokens;
    private readonly SpecialTextGuard _controlAndMarkup;

    /// <param name="source">The template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="toolSource">A template of its own for requests with tools, which some models have.</param>
    /// <exception cref="JinjaException">The template is not understood.</exception>
    public ChatTemplate(string source, Tokenizer tokenizer, string? toolSource = null)
    {
        _tokenizer = tokenizer;
        _template = new JinjaTemplate(source);
        _toolTemplate = toolSource is null ? null : new JinjaTemplate(toolSource);
        Source = source + toolSource;
        var special = tokenizer.AddedTokens.Where(t => t.Special).ToList();
        _controlTokens = new SpecialTextGuard(special);
        // A token the template writes is markup of this family (<tool_call>, <think>) even where its tokenizer does not call it special.
        _controlAndMarkup = new SpecialTextGuard(special.Union(tokenizer.AddedTokens.Where(t => !string.IsNullOrWhiteSpace(t.Content) && Source.Contains(t.Content, StringComparison.Ordinal))));
    }

    /// <summary>The text of the template, by which a model's family can be told.</summary>
    public string Source { get; }

    /// <summary>
    /// Reads the template of a model folder: <c>chat_template.jinja</c>, or <c>chat_template</c> in <c>tokenizer_config.json</c> (one template, or a list of named ones).
    /// </summary>
    /// <returns>Null when the folder has none: a base model, which completes text but does not chat.</returns>
    /// <exception cref="TokenizerFormatException">A file is damaged or the template is not understood.</exception>
    public static ChatTemplate? Load(string folder, Tokenizer tokenizer)
    {
        var (path, source, tools) = Find(folder);
        if (source is null)
            return null;
        try
        {
            return new ChatTemplate(source, tokenizer, tools);
        }
        catch (JinjaException error)
        {
            throw new TokenizerFormatException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Renders and encodes a prompt.</summary>
    /// <exception cref="JinjaException">The template refused the messages, or a limit was exceeded.</exception>
    public int[] Encode(ChatTemplateInput input, TimeProvider? time = null) => _tokenizer.Encode(Render(input, time), parseSpecial: true);

    /// <summary>The prompt as text. Marks that guard text from the request are still in it.</summary>
    /// <exception cref="JinjaException">The template refused the messages, or a limit was exceeded.</exception>
    public string Render(ChatTemplateInput input, TimeProvider? time = null)
    {
        var messages = new List<object?>(input.Messages.Count);
        for (var i = 0; i < input.Messages.Count; i++)
            messages.Add(Prepare(input.Messages[i], input.ContinueFinalMessage && i == input.Messages.Count - 1));
        var variables = new JinjaMap
        {
            ["messages"] = messages,
            ["tools"] = Guarded(input.Tools),
            ["documents"] = Guarded(input.Documents),
            ["add_generation_prompt"] = input.AddGenerationPrompt && !input.ContinueFinalMessage,
            ["bos_token"] = _tokenizer.BosToken ?? "",
            ["eos_token"] = _tokenizer.EosToken ?? "",
            ["pad_token"] = _tokenizer.PadToken ?? "",
        };
        foreach (var (key, value) in input.Variables ?? [])
        {
            if (!variables.TryGet(key, out _))
                variables[key] = Guarded(value, _controlAndMarkup);
        }
        var template = _toolTemplate is not null && input.Tools is { Count: > 0 } ? _toolTemplate : _template;
        var text = template.Render(variables, time);
        if (!input.ContinueFinalMessage)
            return text;
        var end = text.LastIndexOf(EndMark);
        return end >= 0 ? text[..end] : throw new JinjaException("The chat template does not show the final message, so it cannot be continued.", raisedByTemplate: true);
    }

    private JinjaMap Prepare(JinjaMap message, bool continued)
    {
        var role = message.TryGet("role", out var name) ? name as string : null;
        var guard = role == "assistant" ? _controlTokens : _controlAndMarkup;
        var prepared = new JinjaMap();
        foreach (var (key, value) in message)
        {
            // What an assistant said may hold its family's markup (<think>); what it passed to tools may not.
            prepared[key] = key == "role" ? value : Guarded(value, key == "content" ? guard : _controlAndMarkup);
        }
        if (continued)
        {
            if (prepared.TryGet("content", out var content) && content is not (null or string))
                throw new JinjaException("continue_final_message needs a final message whose content is text.", raisedByTemplate: true);
            prepared["content"] = (content as string)?.Replace(EndMark, '\uFFFD') + EndMark;
        }
        return prepared;
    }

    private List<object?>? Guarded(IReadOnlyList<JinjaMap>? maps) =>
        maps is { Count: > 0 } ? [.. maps.Select(m => Guarded(m, _controlAndMarkup))] : null;

    private static object? Guarded(object? value, SpecialTextGuard guard) => value switch
    {
        string text => guard.Guard(text),
        List<object?> list => list.ConvertAll(i => Guarded(i, guard)),
        JinjaMap map => GuardedMap(map, guard),
        _ => value,
    };

    private static JinjaMap GuardedMap(JinjaMap map, SpecialTextGuard guard)
    {
        var guarded = new JinjaMap();
        foreach (var (key, value) in map)
            guarded[guard.Guard(key)] = Guarded(value, guard);
        return guarded;
    }

    private static (string Path, string? Source, string? Tools) Find(string folder)
    {
        var path = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(path))
        {
            if (new FileInfo(path).Length > 1 << 22)
                throw new TokenizerFormatException($"{path} is larger than a chat template can be.");
            return (path, File.ReadAllText(path), null);
        }
        path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
            return (path, null, null);
        using var document = TokenizerFile.Parse(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("chat_template", out var template))
            return (path, null, null);
        return template.ValueKind switch
        {
            JsonValueKind.String => (path, template.GetString(), null),
            JsonValueKind.Array => (path, Named(template, "default") ?? Named(template, null), Named(template, "tool_use")),
            JsonValueKind.Null => (path, null, null),
            _ => throw new TokenizerFormatException($"{path}: chat_template is neither text nor a list of named templates."),
        };
    }

    private static string? Named(JsonElement templates, string? name) => templates.EnumerateArray()
        .Where(t => t.ValueKind == JsonValueKind.Object && t.TryGetProperty("template", out var text) && text.ValueKind == JsonValueKind.String
            && (name is null || (t.TryGetProperty("name", out var n) && n.ValueKind == JsonValueKind.String && n.GetString() == name)))
        .Select(t => t.GetProperty("template").GetString()).FirstOrDefault();
}

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
