using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Inference.Text.Jinja;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Parts of a request as values of a chat template.</summary>
internal static class TemplateValues
{
    public static JinjaMap Map(JsonElement element, string path)
    {
        try
        {
            return JinjaJson.ToMap(element);
        }
        catch (InvalidOperationException)
        {
            throw OpenAIException.Invalid($"{path} holds half of a surrogate pair, which is no character.", path, "invalid_value");
        }
    }
}
