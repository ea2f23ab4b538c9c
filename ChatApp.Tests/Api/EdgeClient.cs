using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Api;

/// <summary>A plain HTTP client of the edge with one credential.</summary>
public sealed class EdgeClient : IDisposable
{
    private readonly HttpClient _http;

    public EdgeClient(Uri address, string? credential)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
        if (credential is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }

    /// <summary>Signs up by way of a guest: on a server that asks nobody who they are, who has no session is the local user and would take along what is theirs.</summary>
    public static async Task<EdgeAnswer> SignUpAsync(Uri address, string? email = null, string password = "correct horse battery")
    {
        using var nobody = new EdgeClient(address, null);
        using var guest = new EdgeClient(address, (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created)["access_token"]);
        return (await guest.PostAsync("/api/auth/sign-up", new { email = email ?? $"{Guid.NewGuid():N}@example.org", password })).ShouldBe(HttpStatusCode.Created);
    }

    public HttpRequestHeaders Headers => _http.DefaultRequestHeaders;

    public Task<EdgeAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<EdgeAnswer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<EdgeAnswer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<EdgeAnswer> DeleteAsync(string path, object? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public async Task<EdgeAnswer> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        return await EdgeAnswer.ReadAsync(response);
    }

    public void Dispose() => _http.Dispose();
}
