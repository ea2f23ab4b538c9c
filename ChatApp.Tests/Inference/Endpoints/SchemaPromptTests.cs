using System.Text.Json;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Text;

namespace ChatApp.Tests.Inference.Endpoints;

public sealed class SchemaPromptTests
{
    private const string Schema = "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}";

    [TestCase("[{\"role\":\"user\",\"content\":\"Where?\"}]", "system: Answer with JSON that fits this schema:\n" + Schema + ";user: Where?;")]
    [TestCase("[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Where?\"}]", "system: Be brief.\n\nAnswer with JSON that fits this schema:\n" + Schema + ";user: Where?;")]
    public void A_template_without_a_place_for_a_schema_gets_it_in_the_system_message(string messages, string prompt) =>
        Render("{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}", messages).ShouldBe(prompt);

    [TestCase("{{ response_format.json_schema.schema.properties.city.type }}")]
    [TestCase("{{ json_schema.properties.city.type }}")]
    public void A_template_with_a_place_for_a_schema_gets_it_there_alone(string place) =>
        Render("{% for m in messages %}{{ m.role }};{% endfor %}" + place, "[{\"role\":\"user\",\"content\":\"Where?\"}]").ShouldBe("user;string");

    private static string Render(string template, string messages)
    {
        using var body = JsonDocument.Parse($"{{\"model\":\"m\",\"messages\":{messages},\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"x\",\"schema\":{Schema}}}}}}}");
        var request = ChatRequest.Read(body.RootElement);
        var parsed = new ChatTemplate(template, Tokenizer.Load(NanoModel.Folder));
        return parsed.Render(SchemaPrompt.Show(parsed, request.Template, request.Format));
    }
}
