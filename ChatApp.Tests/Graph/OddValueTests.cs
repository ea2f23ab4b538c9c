using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Graph;

/// <summary>Every field of every route, as the document describes them, gets odd values. Whatever is wrong with a request, it is not our fault.</summary>
public sealed class OddValueTests
{
    private const string Password = "a long enough secret 17";

    private static readonly string[] s_odd =
    [
        "null", "true", "-1", "0", "1e400", "99999999999999999999", "0.5", "\"\"", "\"x\"", "\"a\\u0000b\"", "\"a\\ud800b\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999-14:00\"",
        "[]", "[null]", "[[]]", "[\"\\u0000\"]", "[{}]", "{}", "{\"a\":null}", $"\"{new string('x', 10_000)}\"", "\"\\u202e\\ud83d\\ude00\"",
    ];

    private static readonly string[] s_oddText = ["", "%00", "a%00b", "%FF%FE", "a%ED%A0%80", "0001-01-01", "9999-12-31", "-1", "99999999999999999999", "NaN", "%E2%80%AE", "x", "..%2F..", new string('x', 2_000)];

    // What a route needs to be tried at all; the field in question replaces its own.
    private static readonly Dictionary<string, string> s_bases = new()
    {
        ["post /api/turns"] = """{"content":"hi","model":"chatapp-nano","temporary":true,"sampling":{"max_tokens":1}}""",
        ["post /v1/chat/completions"] = """{"model":"chatapp-nano","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}""",
        ["post /v1/completions"] = """{"model":"chatapp-nano","max_tokens":1,"prompt":"hi"}""",
        ["post /v1/embeddings"] = """{"model":"snowflake-arctic-embed-xs","input":"hi"}""",
        ["post /api/conversations/import"] = """{"format":"chatapp.conversations","conversations":[]}""",
    };

    // Documents are described by docs/export-format.md alone.
    private static readonly string[] s_oddImports =
    [
        .. s_odd.SelectMany(odd => (string[])
        [
            $"{{\"format\":\"chatapp.conversations\",\"conversations\":{odd}}}",
            $"[{{\"mapping\":{odd}}}]",
            .. ((string[])["title", "folder", "created_at", "current_message_id", "messages"]).Select(name => $"{{\"format\":\"chatapp.conversations\",\"conversations\":[{{\"{name}\":{odd}}}]}}"),
            .. ((string[])["id", "parent_id", "role", "text", "model", "created_at", "content"]).Select(name =>
                $"{{\"format\":\"chatapp.conversations\",\"conversations\":[{{\"messages\":[{{{(name == "id" ? "" : "\"id\":\"a\",")}{(name == "role" ? "" : "\"role\":\"assistant\",")}\"{name}\":{odd}}}]}}]}}"),
            $"[{{\"mapping\":{{\"a\":{{\"message\":{{\"author\":{{\"role\":\"user\"}},\"content\":{{\"parts\":[{odd}]}},\"metadata\":{{\"model_slug\":{odd}}}}}}}}}}}]",
        ]),
        """[{"mapping":{"a\ud800b":{"message":null}}}]""",
        $"[{{\"title\":\"{new string('x', 199)}\ud83d\ude00\",\"mapping\":{{}}}}]",
        """{"format":"chatapp.conversations","conversations":[{"messages":[{"id":"a","role":"assistant","text":"t","content":{"parts":[{"text":"t"},{"\ud800":1}]}}]}]}""",
    ];

    // They would end the session that asks.
    private static readonly string[] s_leaving = ["/api/auth/sign-out", "/api/auth/sign-out-everywhere"];

    private readonly ConcurrentBag<string> _failed = [];
    private HttpClient _api = null!;
    private string _token = null!;
    private string _admin = null!;
    private int _sent;

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        // A session in a cookie would be everyone's who asks by the graph's own clients.
        using var shared = await ProductGraph.ApiAsync();
        _api = NewClient(shared.BaseAddress!);
        _admin = (string)(await PostAsync("/api/auth/sign-in", new { email = ProductGraph.AdminEmail, password = ProductGraph.AdminPassword }, null))["access_token"]!;
        var up = await PostAsync("/api/auth/sign-up", new { email = $"odd{Guid.NewGuid():n}@example.org", password = Password }, null);
        _token = (string)up["access_token"]!;
        using var plan = new HttpRequestMessage(HttpMethod.Patch, $"/api/admin/users/{up["user"]!["id"]}") { Content = JsonContent.Create(new { plan = "unlimited" }), Headers = { Authorization = new("Bearer", _admin) } };
        using var answer = await _api.SendAsync(plan);
        answer.EnsureSuccessStatusCode();
    }

    [OneTimeTearDown]
    public void Disconnect() => _api.Dispose();

    [Test]
    public async Task No_value_of_any_field_of_any_route_is_answered_as_a_fault_of_the_server()
    {
        var document = JsonNode.Parse(await _api.GetStringAsync("/openapi/v1.json"))!;
        var requests = document["paths"]!.AsObject().Where(path => !s_leaving.Contains(path.Key))
            .SelectMany(path => path.Value!.AsObject().SelectMany(method => RequestsOf(document, path.Key, method.Key, method.Value!)));
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, _) => await SendAsync(request));

        _failed.ShouldBeEmpty();
        _sent.ShouldBeGreaterThan(2_000);
        // And nobody else notices.
        using var other = await _api.PostAsJsonAsync("/api/turns", new { model = "chatapp-mini", content = "what is 17 * 23", temporary = true });
        (await other.Content.ReadAsStringAsync()).ShouldContain("[DONE]");
    }

    private static IEnumerable<Odd> RequestsOf(JsonNode document, string path, string method, JsonNode operation)
    {
        var parameters = operation["parameters"]?.AsArray().Select(parameter => ((string)parameter!["name"]!, (string)parameter["in"]!)).ToList() ?? [];
        var plain = parameters.Where(parameter => parameter.Item2 == "path").Aggregate(path, (made, parameter) => made.Replace($"{{{parameter.Item1}}}", "x", StringComparison.Ordinal));
        var known = s_bases.GetValueOrDefault($"{method} {path}", "{}");
        foreach (var (name, place) in parameters)
        {
            foreach (var odd in s_oddText)
            {
                if (place == "query")
                    yield return new(method, $"{plain}?{name}={odd}", known);
                else if (place == "path" && odd.Length > 0)
                    yield return new(method, path.Replace($"{{{name}}}", odd, StringComparison.Ordinal), known);
            }
        }

        if (method is "get")
            yield break;
        foreach (var body in (string[])[.. path.EndsWith("/import", StringComparison.Ordinal) ? s_oddImports : [], "", "null", "[]", "\"x\"", "\uFEFF{}", "{\"a\":\"\u00ff\"}", "{\"\\u0000\":1}"])
            yield return new(method, plain, body);
        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
        foreach (var (_, body) in BodiesOf(document, schema, JsonNode.Parse(known)!, 0))
            yield return new(method, plain, body);
    }

    /// <summary>The bodies that have an odd value in one field, however deep; as text, since some are no valid JSON values.</summary>
    private static IEnumerable<(string Field, string Body)> BodiesOf(JsonNode document, JsonNode? schema, JsonNode known, int depth)
    {
        schema = Resolved(document, schema);
        if (schema?["properties"] is not JsonObject properties || depth > 3)
            yield break;
        foreach (var (name, field) in properties)
        {
            foreach (var odd in s_odd)
                yield return (name, With(known, name, odd));
            var inner = Resolved(document, field);
            var item = Resolved(document, inner?["items"]);
            var present = known[name] is JsonObject set ? set : new JsonObject();
            foreach (var (_, body) in BodiesOf(document, inner, present, depth + 1))
                yield return (name, With(known, name, body));
            foreach (var (_, body) in BodiesOf(document, item, new JsonObject(), depth + 1))
                yield return (name, With(known, name, $"[{body}]"));
        }
    }

    private static JsonNode? Resolved(JsonNode document, JsonNode? schema)
    {
        schema = schema?["oneOf"]?.AsArray().LastOrDefault() ?? schema;
        return (string?)schema?["$ref"] is { } reference ? document["components"]!["schemas"]![reference.Split('/')[^1]] : schema;
    }

    private static string With(JsonNode known, string name, string value)
    {
        var fields = known.AsObject().Where(field => field.Key != name).Select(field => $"\"{field.Key}\":{field.Value?.ToJsonString() ?? "null"}").Append($"\"{name}\":{value}");
        return $"{{{string.Join(',', fields)}}}";
    }

    private static HttpClient NewClient(Uri address) => new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };

    private async Task SendAsync(Odd odd)
    {
        using var request = new HttpRequestMessage(new HttpMethod(odd.Method.ToUpperInvariant()), odd.Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", odd.Path.StartsWith("/api/admin", StringComparison.Ordinal) ? _admin : _token);
        if (odd.Method != "get")
        {
            // Latin-1 makes what is beyond ASCII bad UTF-8.
            var bytes = odd.Body.StartsWith("{\"a\":\"\u00ff", StringComparison.Ordinal) ? Encoding.Latin1.GetBytes(odd.Body) : Encoding.UTF8.GetBytes(odd.Body);
            request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
        }

        using var response = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Interlocked.Increment(ref _sent);
        if ((int)response.StatusCode >= 500)
            _failed.Add($"{(int)response.StatusCode} {odd.Method} {Short(odd.Path)} {Short(odd.Body)}");
    }

    private async Task<JsonNode> PostAsync(string path, object body, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        using var response = await _api.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    private static string Short(string text) => text.Length > 160 ? text[..160] + "..." : text;

    private sealed record Odd(string Method, string Path, string Body);
}
