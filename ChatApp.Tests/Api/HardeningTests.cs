using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Tests.Api;

public sealed class HardeningTests
{
    private ScriptedOrchestrator _orchestrator = null!;
    private EdgeHost _edge = null!;
    private EdgeClient _user = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _orchestrator = await ScriptedOrchestrator.StartAsync();
        _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = _orchestrator.Address,
            ["Edge:BodySeconds"] = "1",
            ["Edge:HeadersSeconds"] = "1",
            ["Edge:AllowedOrigins:0"] = "https://app.example",
            ["Accounts:Anonymous"] = "Everyone",
            ["Accounts:AnonymousPlan"] = "unlimited",
        });
        _user = _edge.Client();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _user.Dispose();
        await _edge.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [TestCase("/api/me")]
    [TestCase("/v1/models")]
    [TestCase("/api/nothing-here")]
    [TestCase("/v1/turns/x")]
    public async Task Every_answer_and_every_error_carries_the_security_headers(string path)
    {
        var answer = await _user.GetAsync(path);
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers["X-Frame-Options"].ShouldBe("DENY");
        answer.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'");
        answer.Headers["Cache-Control"].ShouldContain("no-store");
        answer.Headers.ContainsKey("Server").ShouldBeFalse();
    }

    [Test]
    public async Task Pages_of_other_origins_may_not_read_answers_and_allowed_ones_may()
    {
        using var page = _edge.Client();
        page.Headers.Add("Origin", "https://evil.example");
        (await page.GetAsync("/api/me")).Headers.ContainsKey("Access-Control-Allow-Origin").ShouldBeFalse();
        page.Headers.Remove("Origin");
        page.Headers.Add("Origin", "https://app.example");
        (await page.GetAsync("/api/me")).Headers["Access-Control-Allow-Origin"].ShouldBe("https://app.example");
        // Also where the answer is an error, or the page could not read what was wrong.
        (await page.PostAsync("/v1/chat/completions", "{}")).ShouldBe(HttpStatusCode.BadRequest).Headers["Access-Control-Allow-Origin"].ShouldBe("https://app.example");
    }

    [Test]
    public async Task Credentials_over_plain_HTTP_from_elsewhere_are_refused_and_a_proxy_that_had_HTTPS_is_believed()
    {
        await using var edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?> { ["Edge:KnownProxies:0"] = "127.0.0.1", ["AllowedHosts"] = "chat.example" });
        using var client = edge.Client();
        client.Headers.Add("X-Forwarded-For", "203.0.113.9");
        client.Headers.Add("X-Forwarded-Proto", "http");
        (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Forbidden, "https_required");
        client.Headers.Remove("X-Forwarded-Proto");
        client.Headers.Add("X-Forwarded-Proto", "https");
        client.Headers.Host = "chat.example";
        var answer = (await client.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created);
        answer.Headers["Strict-Transport-Security"].ShouldContain("max-age=31536000");
    }

    [Test]
    public async Task A_body_that_trickles_is_cut_off()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"messages\":");
        (await ReadAsync(socket)).ShouldStartWith("HTTP/1.1 408");
    }

    [Test]
    public async Task Headers_that_trickle_are_cut_off()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, "GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        (await ReadAsync(socket)).ShouldSatisfyAllConditions(text => (text.Length == 0 || text.StartsWith("HTTP/1.1 408", StringComparison.Ordinal)).ShouldBeTrue(text));
    }

    [Test]
    public async Task Headers_larger_than_the_bound_are_refused()
    {
        using var client = _edge.Client();
        client.Headers.Add("X-Large", new string('x', 40_000));
        ((int)(await client.GetAsync("/api/me")).Status).ShouldBe(431);
        (await _user.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Deeply_nested_broken_or_strange_bodies_are_refused_and_the_next_request_works()
    {
        string[] bodies =
        [
            string.Concat(Enumerable.Repeat("[", 50_000)),
            """{"messages":""" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200) + "}",
            "{",
            "null",
            "\"text\"",
            """{"messages":[{"role":"user","content":"hi"}],"messages":[{"role":"user","content":"again"}]}""",
            """{"messages":[{"role":"user","content":"\ud800"}],"n":1e400}""",
        ];
        foreach (var body in bodies)
        {
            (await _user.PostAsync("/v1/chat/completions", body)).ShouldBe(HttpStatusCode.BadRequest);
            (await _user.PostAsync("/api/auth/sign-in", body)).Status.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized);
        }

        (await _user.PostAsync("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("POST", "/api/conversations", """{"titel":"T"}""", "titel")]
    [TestCase("POST", "/api/conversations", """{"title":5}""", "title")]
    [TestCase("POST", "/api/turns", """{"content":"hi","sampling":{"temprature":1}}""", "sampling.temprature")]
    [TestCase("POST", "/api/conversations", "{", null)]
    [TestCase("POST", "/api/conversations", null, null)]
    [TestCase("GET", "/api/conversations?limit=abc", null, "limit")]
    [TestCase("PATCH", "/api/me", """{"display_name":"Eve","plan":"unlimited"}""", "plan")]
    public async Task What_does_not_fit_a_route_is_named_in_the_words_of_who_sent_it(string method, string path, string? body, string? field)
    {
        var refused = (await _user.SendAsync(new HttpMethod(method), path, body)).ShouldBe(HttpStatusCode.BadRequest);

        ((string?)refused.Json["param"]).ShouldBe(field);
        ((string)refused.Json["detail"]!).ShouldContain(field ?? "JSON object");
        foreach (var word in (string[])["NewConversation", "Nullable", "System.", "ChatApp", "parameter"])
            refused.Text.ShouldNotContain(word);
    }

    [Test]
    public async Task A_method_that_is_not_allowed_says_which_are() =>
        (await _user.GetAsync("/v1/chat/completions")).ShouldBe(HttpStatusCode.MethodNotAllowed).Text.ShouldContain("there is POST");

    [TestCase("POST", "/v1/turns/x")]
    [TestCase("DELETE", "/v1/models")]
    [TestCase("TRACE", "/api/me")]
    public async Task A_method_that_a_route_does_not_have_is_refused(string method, string path) =>
        ((int)(await _user.SendAsync(new HttpMethod(method), path, null)).Status).ShouldBeInRange(404, 405);

    [Test]
    public async Task No_error_shows_what_the_server_is_made_of()
    {
        foreach (var path in (string[])["/v1/models/x'--", "/api/conversations/%00", "/api/admin/audit?before=x", "/api/usage?from='"])
        {
            var answer = await _user.GetAsync(path);
            foreach (var word in (string[])["Npgsql", "Exception", "stack", "   at ", "password", "SELECT"])
                answer.Text.ShouldNotContain(word, Case.Insensitive, path);
        }
    }

    [Test]
    public async Task The_document_describes_every_route_and_its_page_is_served_from_here()
    {
        var document = (await _user.GetAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json["paths"]!.AsObject();
        var described = document.SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}")).ToHashSet();
        foreach (var route in ChatApp.Api.Gate.RouteTable.Routes.Where(route => route.Contains(" /api/", StringComparison.Ordinal) || route.Contains(" /v1/", StringComparison.Ordinal)))
            described.ShouldContain(route);
        var chat = document["/v1/chat/completions"]!["post"]!;
        var fields = chat["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject().Select(field => field.Key).ToList();
        fields.ShouldContain("messages");
        fields.ShouldNotContain("functions");
        chat["security"]![0]!.AsObject().ShouldContainKey("bearer");
        ((string)chat["description"]!).ShouldContain("'chat'");
        document["/api/auth/sign-in"]!["post"]!.AsObject().ShouldNotContainKey("security");

        var page = (await _user.GetAsync("/docs/")).ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldNotContain("https://cdn");
        (await _user.GetAsync("/docs/scalar.js")).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _edge.Address.Port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>What the server says before it closes, or the first that it says.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[8192];
        var read = await socket.ReceiveAsync(buffer, patience.Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
