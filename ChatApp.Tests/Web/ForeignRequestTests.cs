using System.Net;
using System.Net.WebSockets;
using System.Text;
using ChatApp.Web.Sessions;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Tests.Web;

/// <summary>The web chat for whoever is not a browser on this machine that opened a page of its own: the local user's things are not theirs.</summary>
public sealed class ForeignRequestTests
{
    private const string Secret = "A very private title";

    private static readonly string[] s_pages =
        [.. typeof(SessionGate).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes(typeof(RouteAttribute), false)).Cast<RouteAttribute>().Select(route => Filled(route.Template))];

    private static readonly string[] s_downloads = ["/download/account", "/download/file/x", "/download/conversation/x"];

    private static readonly string[] s_posts =
        ["/upload", "/session/sign-in", "/session/sign-up", "/session/password", "/session/sign-out", "/session/delete", "/session/keep", "/_blazor/negotiate?negotiateVersion=1"];

    private ScriptedApi _api = null!;
    private WebProcess _web = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _api.AddConversation(Secret, "Hello", "Hello.");
        _web = await WebProcess.StartAsync(_api.Address);
        _http = Client(_web.Address);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Nothing_is_answered_by_another_name()
    {
        foreach (var path in s_pages.Concat(s_downloads).Append("/_blazor").Append("/not-there").Append("/css/app.css"))
            (await SendAsync(HttpMethod.Get, path, ("Host", "evil.example:8080"))).Status.ShouldBe(HttpStatusCode.BadRequest, path);
        foreach (var path in s_posts)
            (await SendAsync(HttpMethod.Post, path, ("Host", "localhost.evil.example"), ("Origin", "http://localhost.evil.example"))).Status.ShouldBe(HttpStatusCode.BadRequest, path);
    }

    [TestCase("text/html,application/xhtml+xml,*/*;q=0.8")]
    [TestCase("TEXT/HTML")]
    [TestCase("*/*")]
    [TestCase("application/json")]
    [TestCase(null)]
    public async Task The_local_user_is_only_who_comes_by_no_proxy_whatever_they_accept(string? accept)
    {
        var here = await SendAsync(HttpMethod.Get, "/", ("Accept", accept));
        here.Text.ShouldContain(Secret);
        here.Cookie.ShouldBeFalse();

        foreach (var header in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"])
        {
            foreach (var page in s_pages)
            {
                var before = _api.Anonymous;
                var answer = await SendAsync(HttpMethod.Get, page, ("Accept", accept), (header, "127.0.0.1"));
                // A guest of their own; or nobody, where it is no browser.
                answer.Cookie.ShouldBe(accept is not null, $"{page} {header}");
                (_api.Anonymous - before).ShouldBe(0, $"{page} {header}");
                if (accept is null)
                    answer.Text.ShouldNotContain(Secret);
            }

            foreach (var path in s_downloads)
                (await SendAsync(HttpMethod.Get, path, ("Accept", accept), (header, "127.0.0.1"))).Status.ShouldBe(HttpStatusCode.Unauthorized, path);
        }
    }

    [Test]
    public async Task A_page_of_another_site_opens_no_circuit_and_posts_nothing()
    {
        (string, string?)[] others = [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")];
        foreach (var other in others)
        {
            foreach (var path in s_posts)
                (await SendAsync(HttpMethod.Post, path, other)).Status.ShouldBe(HttpStatusCode.Forbidden, $"{path} {other}");
        }

        (await SendAsync(HttpMethod.Post, s_posts[^1], ("Origin", _web.Address))).Status.ShouldBe(HttpStatusCode.OK);
        (await ConnectAsync("https://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
        (await ConnectAsync(_web.Address)).ShouldBe(HttpStatusCode.SwitchingProtocols);
    }

    private static HttpClient Client(string address) =>
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(address) };

    private async Task<HttpStatusCode> ConnectAsync(string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri($"{_web.Address.Replace("http", "ws", StringComparison.Ordinal)}/_blazor"), CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }

    private async Task<(HttpStatusCode Status, string Text, bool Cookie)> SendAsync(HttpMethod method, string path, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request);
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var set) && set.Any(cookie => cookie.StartsWith(SessionCookie.Name, StringComparison.Ordinal));
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), cookies);
    }

    private static string Filled(string template) => template.Replace("{Id}", "x", StringComparison.Ordinal).Replace("{Token}", "x", StringComparison.Ordinal).Replace("{Section}", "users", StringComparison.Ordinal);
}
