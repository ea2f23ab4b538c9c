using System.Text;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Constraints.Patterns;
using ChatApp.Inference.Constraints.Schemas;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Serving;
using ChatApp.Inference.Tokens;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Endpoints.Answers;

/// <summary>
/// What restricts the form of an answer: a response format, or tool calls that are demanded, in the family's own form (one call where a
/// tool is named or parallel calls are off). With a response format and tools to choose from, the answer is either. With tools alone it is free,
/// but a call that the model begins names a tool that was offered and has arguments that fit. What a model thinks before it answers is left free.
/// </summary>
internal static class AnswerConstraint
{
    /// <summary>Null leaves the answer free.</summary>
    /// <exception cref="OpenAIException">The schema cannot be enforced.</exception>
    public static Func<ITokenConstraint?>? Create(ServedModel model, ChatRequest request, AnswerParsers parsers)
    {
        if (request.Format is null && !request.ToolChoice.IsForced)
            return CallsOnly(model, request, parsers);
        try
        {
            var grammar = model.Constraints.Get(Key(request), () => Compile(model, request));
            if (!parsers.BeginReasoning)
                return grammar.Begin;
            return () => new AfterReasoning(grammar.Begin(), model.Text.CreateDetokenizer(), model.Engine.Model.EosTokenIds);
        }
        catch (SchemaException error)
        {
            var field = error.Message.AsSpan(0, Math.Max(0, error.Message.AsSpan().IndexOfAny(" :"))).ToString();
            throw OpenAIException.Invalid($"The schema cannot be enforced: {error.Message}", field, "invalid_json_schema");
        }
        catch (ConstraintException error)
        {
            throw OpenAIException.Invalid($"The schema cannot be enforced: {error.Message}", "response_format", "invalid_json_schema");
        }
    }

    private static Func<ITokenConstraint?>? CallsOnly(ServedModel model, ChatRequest request, AnswerParsers parsers)
    {
        if (!parsers.ReadCalls || request.Tools.Count == 0)
            return null;
        var form = CallForm(model, request, parsers);
        return request.ParallelToolCalls ? form : () => new FirstCallOnly(model.Text.CreateDetokenizer(), parsers.Create(), form?.Invoke());
    }

    private static Func<ITokenConstraint>? CallForm(ServedModel model, ChatRequest request, AnswerParsers parsers)
    {
        if (ToolCallGrammar.Begun(model.ToolCallFormat, Callable(request)) is not { } begun)
            return null;
        try
        {
            var call = model.Constraints.Get("begun\n" + ToolsKey(request), begun.Continuation);
            return () => new BegunCalls(call, begun.Mark, model.Text.CreateDetokenizer(), model.Reasoning == ReasoningFormat.ThinkTags, parsers.BeginReasoning);
        }
        catch (ConstraintException)
        {
            // Too costly to keep to; the answer stays free, since nobody has demanded a form.
            return null;
        }
    }

    private static GrammarNode Compile(ServedModel model, ChatRequest request)
    {
        if (request.ToolChoice.IsForced)
            return Calls(model, request);
        var format = request.Format!.Schema is { } schema ? JsonSchemaCompiler.Compile(schema, "response_format.json_schema.schema") : JsonSchemaCompiler.AnyObject();
        return request.ToolChoice.Mode == ToolChoiceMode.Auto && model.ToolCallFormat != ToolCallFormat.None
            ? ToolCallGrammar.Choice([format, Calls(model, request)])
            : format;
    }

    private static GrammarNode Calls(ServedModel model, ChatRequest request) =>
        ToolCallGrammar.Compile(model.ToolCallFormat, Callable(request), several: request.ParallelToolCalls && request.ToolChoice.Name is null);

    private static List<(string, JsonElement?, string)> Callable(ChatRequest request)
    {
        var tools = new List<(string, JsonElement?, string)>();
        for (var i = 0; i < request.Tools.Count; i++)
        {
            if (request.ToolChoice.Name is null || request.Tools[i].Name == request.ToolChoice.Name)
                tools.Add((request.Tools[i].Name, request.Tools[i].Parameters, $"tools[{i}].function.parameters"));
        }
        return tools;
    }

    private static string Key(ChatRequest request)
    {
        var key = new StringBuilder();
        key.Append((int)request.ToolChoice.Mode).Append(request.ParallelToolCalls).Append('\n').Append(request.ToolChoice.Name).Append('\n');
        if (!request.ToolChoice.IsForced)
            key.Append(request.Format!.Schema?.GetRawText() ?? "object").Append('\n');
        return key.Append(ToolsKey(request)).ToString();
    }

    private static string ToolsKey(ChatRequest request)
    {
        var key = new StringBuilder();
        foreach (var tool in request.Tools)
            key.Append(tool.Name).Append('\n').Append(tool.Parameters?.GetRawText()).Append('\n');
        return key.ToString();
    }
}
