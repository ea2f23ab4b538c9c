using System.Net;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Api;

/// <summary>An answer, read whole.</summary>
public sealed record EdgeAnswer(HttpStatusCode Status, string Text, IDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The problem's or OpenAI error's code.</summary>
    public string? Code => (string?)(Json["code"] ?? Json["error"]?["code"]);

    public string this[string name] => (string)Json[name]!;

    public EdgeAnswer ShouldBe(HttpStatusCode status, string? code = null)
    {
        Status.ShouldBe(status, Text);
        if (code is not null)
            Code.ShouldBe(code, Text);
        return this;
    }

    public static async Task<EdgeAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            headers[name] = string.Join("\n", values);
        return new EdgeAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }
}
