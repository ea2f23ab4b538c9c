using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Serving;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Prompts as tokens. Text that cannot fit the model's context is refused before it is tokenized.</summary>
internal static class PromptFactory
{
    public static int[] Chat(ServedModel model, ChatTemplateInput input, TimeProvider time, ResponseFormat? format = null)
    {
        if (model.Template is null)
            throw OpenAIException.Invalid($"Model '{model.Id}' has no chat template: it completes text (/v1/completions) but does not chat.", "model", "unsupported_model");
        if (input.Tools is { Count: > 0 } && model.ToolCallFormat == ToolCalls.ToolCallFormat.None)
            throw OpenAIException.Invalid($"The chat template of model '{model.Id}' does not offer tools; leave tools out or choose another model.", "tools", "unsupported_parameter");
        var text = model.Template.Render(SchemaPrompt.Show(model.Template, input, format), time);
        CheckLength(model, text);
        return model.Tokenizer.Encode(text, parseSpecial: true);
    }

    public static int[] Text(ServedModel model, string text, bool addSpecial)
    {
        CheckLength(model, text);
        var ids = model.Tokenizer.Encode(text, parseSpecial: false);
        return addSpecial ? [.. model.Tokenizer.Prefix, .. ids] : ids;
    }

    private static void CheckLength(ServedModel model, string text)
    {
        var context = model.Engine.Model.ContextLength;
        if (text.Length > (long)context * model.LongestToken)
            throw new RequestRefusedException(RefusalKind.TooLong, $"The prompt has {text.Length} characters; model '{model.Id}' takes {context} tokens for prompt and answer together.");
    }
}
