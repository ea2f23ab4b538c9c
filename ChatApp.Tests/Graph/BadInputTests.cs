using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Graph;

/// <summary>What is wrong with a request is said in OpenAI's form, and the next request works.</summary>
public sealed class BadInputTests
{
    private HttpClient _api = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _api = await ProductGraph.ApiAsync();

    [OneTimeTearDown]
    public void Disconnect() => _api.Dispose();

    [TearDown]
    public async Task The_next_request_works()
    {
        using var response = await PostAsync("""{"model":"chatapp-nano","max_tokens":4,"messages":[{"role":"user","content":"Hello"}]}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("{\"model\": \"chatapp-mini\", \"messages\": [", HttpStatusCode.BadRequest, null, "invalid_json")]
    [TestCase("[]", HttpStatusCode.BadRequest, null, "invalid_json")]
    [TestCase("{\"model\":\"chatapp-mini\"}", HttpStatusCode.BadRequest, "messages", "missing_required_parameter")]
    [TestCase("{\"model\":\"chatapp-mini\",\"messages\":[]}", HttpStatusCode.BadRequest, "messages", "invalid_value")]
    [TestCase("{\"model\":\"chatapp-mini\",\"messages\":[{\"role\":\"wizard\",\"content\":\"Hi\"}]}", HttpStatusCode.BadRequest, "messages[0].role", "invalid_value")]
    [TestCase("{\"model\":\"chatapp-mini\",\"messages\":[{\"role\":\"user\"}]}", HttpStatusCode.BadRequest, "messages[0].content", "missing_required_parameter")]
    [TestCase("{\"model\":\"gpt-99\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", HttpStatusCode.NotFound, "model", "model_not_found")]
    public async Task A_bad_body_is_refused_by_name(string body, HttpStatusCode status, string? param, string code)
    {
        using var response = await PostAsync(body);

        response.StatusCode.ShouldBe(status);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        error.GetProperty("message").GetString().ShouldNotBeNullOrWhiteSpace();
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        error.GetProperty("param").GetString().ShouldBe(param);
        error.GetProperty("code").GetString().ShouldBe(code);
    }

    [Test]
    public async Task A_body_of_ten_megabytes_is_refused_as_too_large()
    {
        var body = $$"""{"model":"chatapp-mini","messages":[{"role":"user","content":"{{new string('a', 10_000_000)}}"}]}""";

        using var response = await PostAsync(body);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("request_too_large");
    }

    [Test]
    public async Task A_client_that_leaves_mid_stream_disturbs_nobody()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = Json("""{"model":"chatapp-mini","stream":true,"messages":[{"role":"user","content":"Tell me a story."}]}"""),
        };
        using (var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            (await stream.ReadAsync(new byte[16])).ShouldBeGreaterThan(0);
        }
    }

    private Task<HttpResponseMessage> PostAsync(string body) => _api.PostAsync("/v1/chat/completions", Json(body));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
