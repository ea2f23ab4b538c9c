using System.Net;

namespace ChatApp.Tests.Api.Accounts;

/// <summary>A browser without scripts: it asks for pages, follows redirects and keeps cookies.</summary>
internal sealed class Cookies : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { CookieContainer = new CookieContainer() });

    public Cookies() => _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");

    public async Task<string> PageAsync(string address)
    {
        using var answer = await _http.GetAsync(new Uri(address));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }

    public void Dispose() => _http.Dispose();
}
