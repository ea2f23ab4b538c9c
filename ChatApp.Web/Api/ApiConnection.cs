using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>
/// Every request to the Api leaves here: the caller's token is attached and failures become <see cref="ApiException"/>
/// in this one place.
/// </summary>
public sealed class ApiConnection(IHttpClientFactory clients, PersonSessions sessions)
{
    public const string ClientName = "api";

    internal const string SessionEndedCode = "session_ended";

    /// <summary>Session of the person behind this circuit; without one nothing is asked for.</summary>
    public PersonSession? Session { get; set; }

    /// <summary>Why there is no session, in the Api's words.</summary>
    public string? Refusal { get; set; }

    public async Task<T> ReadAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, lastEventId: null, HttpCompletionOption.ResponseContentRead, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken)
                ?? throw new ApiException(response.StatusCode, $"The answer to {method} {path} was empty.");
        }
        catch (JsonException exception)
        {
            throw new ApiException(response.StatusCode, $"The answer to {method} {path} could not be read.", inner: exception);
        }
    }

    public async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, lastEventId: null, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    /// <summary>Opens a download; the caller disposes the response.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, object? body, long? lastEventId, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, lastEventId, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>The frames of a stream of events, to its end.</summary>
    public async IAsyncEnumerable<SseItem<string>> StreamAsync(
        HttpMethod method, string path, object? body, long? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, lastEventId, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var frames = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (frames)
        {
            while (await NextAsync(frames, cancellationToken) && frames.Current.Data != "[DONE]")
                yield return frames.Current;
        }
    }

    /// <summary>Posts a body as it comes; the caller disposes the response.</summary>
    public async Task<HttpResponseMessage> PassOnAsync(string path, HttpContent body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        // What is too large is refused before it is sent.
        request.Headers.ExpectContinue = true;
        return await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body, long? lastEventId, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: ApiJson.Options);
        if (lastEventId is { } id)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return await SendAsync(request, completion, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ClientName);
        if (Session is null)
            throw new ApiException(HttpStatusCode.Unauthorized, $"Your session could not be opened. Reload the page. {Refusal}".TrimEnd(), "no_session");
        if (!Session.IsLocal)
        {
            var token = await sessions.AccessTokenAsync(Session, cancellationToken)
                ?? throw SessionEnded();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            NameBrowser(request, Session.Address);
        }

        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, completion, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(null, "The server cannot be reached at the moment.", "unreachable", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;

        using (response)
        {
            // Ended elsewhere before its token expired; or only the token is not taken any more, and another can be had.
            if (response.StatusCode == HttpStatusCode.Unauthorized && request.Headers.Authorization?.Parameter is { } refused
                && await sessions.ReplaceAsync(Session, refused, cancellationToken) is null)
                throw SessionEnded();
            throw await ReadProblemAsync(response, cancellationToken);
        }
    }

    private static ApiException SessionEnded() => new(HttpStatusCode.Unauthorized, "Your session has ended. Reload the page.", SessionEndedCode);

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<string>> frames, CancellationToken cancellationToken)
    {
        try
        {
            return await frames.MoveNextAsync();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(null, "The connection to the server was lost.", "stream_lost", exception);
        }
    }

    /// <summary>Says for whom this server asks, so that the Api counts, bans and records the browser's address and not this one.</summary>
    internal static void NameBrowser(HttpRequestMessage request, IPAddress? address)
    {
        if (address is not null)
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address.ToString());
    }

    internal static async Task<ApiException> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string? detail = null, code = null;
        try
        {
            using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            var problem = json.RootElement;
            detail = Text(problem, "detail") ?? Text(problem, "title");
            code = Text(problem, "code");
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException)
        {
        }

        return new ApiException(response.StatusCode, detail ?? $"The server answered with status {(int)response.StatusCode}.", code);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
