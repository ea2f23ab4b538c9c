using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Speaks the OpenAI protocol with one upstream: one attempt each, every failure told apart.</summary>
public sealed class UpstreamClient(IHttpClientFactory clients, IOptionsMonitor<GatewayOptions> options, TimeProvider time)
{
    /// <summary>The name of its HTTP client.</summary>
    public const string HttpClientName = "upstream";

    private const int LongestError = 16 * 1024;
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The body of <c>GET /v1/models</c>.</summary>
    /// <exception cref="UpstreamException">It could not be had.</exception>
    public async Task<byte[]> ListModelsAsync(string name, UpstreamOptions upstream, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(ListTimeout);
        using var response = await SendAsync(name, upstream, HttpMethod.Get, "v1/models", null, watch);
        return await ReadBodyAsync(name, response, watch);
    }

    /// <summary>Posts a JSON body and gives the JSON answer.</summary>
    /// <exception cref="UpstreamException">The upstream refused, failed or was silent for too long.</exception>
    public Task<byte[]> PostAsync(
        string name, UpstreamOptions upstream, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        PostAsync(name, upstream, path, body, options.CurrentValue.FirstTokenTimeout, cancellationToken);

    /// <summary>As above, with a time limit of the caller's.</summary>
    /// <exception cref="UpstreamException">As above.</exception>
    public async Task<byte[]> PostAsync(
        string name, UpstreamOptions upstream, string path, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(patience);
        using var response = await SendAsync(name, upstream, HttpMethod.Post, path, body, watch);
        return await ReadBodyAsync(name, response, watch);
    }

    /// <summary>Posts a JSON body and gives the data of each server-sent event, without the final <c>[DONE]</c>.</summary>
    /// <exception cref="UpstreamException">As above; also when the stream ends before <c>[DONE]</c>.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        string name, UpstreamOptions upstream, string path, ReadOnlyMemory<byte> body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(options.CurrentValue.FirstTokenTimeout);
        using var response = await SendAsync(name, upstream, HttpMethod.Post, path, body, watch);
        await using var stream = await response.Content.ReadAsStreamAsync(watch.Token);
        await using var events = SseParser.Create(stream, static (_, data) => (ReadOnlyMemory<byte>)data.ToArray())
            .EnumerateAsync(watch.Token).GetAsyncEnumerator(watch.Token);
        while (true)
        {
            ReadOnlyMemory<byte> data;
            try
            {
                if (!await events.MoveNextAsync())
                    throw new UpstreamException(name, UpstreamFailure.BrokeOff, "The model's answer broke off.");
                data = events.Current.Data;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
            {
                throw Failed(name, exception, watch, UpstreamFailure.BrokeOff);
            }

            if (data.Span.SequenceEqual("[DONE]"u8))
                yield break;
            ThrowIfError(name, data);
            // A reader that pauses is not the upstream's silence.
            watch.Pause();
            yield return data;
            watch.Expect(options.CurrentValue.TokenTimeout);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string name, UpstreamOptions upstream, HttpMethod method, string path, ReadOnlyMemory<byte>? body, SilenceWatch watch)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(upstream.BaseUrl.TrimEnd('/') + "/"), path));
        if (upstream.ApiKey is { Length: > 0 } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        HttpResponseMessage response;
        try
        {
            response = await clients.CreateClient(HttpClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw Failed(name, exception, watch, UpstreamFailure.Unreachable);
        }

        if (response.IsSuccessStatusCode)
            return response;

        using (response)
            throw await RefusedAsync(name, response, watch);
    }

    private static async Task<byte[]> ReadBodyAsync(string name, HttpResponseMessage response, SilenceWatch watch)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(watch.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw Failed(name, exception, watch, UpstreamFailure.BrokeOff);
        }
    }

    private static async Task<UpstreamException> RefusedAsync(string name, HttpResponseMessage response, SilenceWatch watch)
    {
        var error = await ReadErrorAsync(response, watch.Token);
        var failure = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => UpstreamFailure.Overloaded,
            >= HttpStatusCode.InternalServerError => UpstreamFailure.Unreachable,
            _ => UpstreamFailure.Refused,
        };
        return new UpstreamException(name, failure, $"The model's server answered {(int)response.StatusCode}.")
        {
            Status = (int)response.StatusCode,
            ErrorJson = error,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static async Task<string?> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[LongestError];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error.GetRawText() : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void ThrowIfError(string name, ReadOnlyMemory<byte> data)
    {
        if (!data.Span.StartsWith("{\"error\""u8))
            return;
        using var json = JsonDocument.Parse(data);
        throw new UpstreamException(name, UpstreamFailure.BrokeOff, "The model's server reported an error in the middle of the answer.")
        {
            ErrorJson = json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error.GetRawText() : null,
        };
    }

    private static Exception Failed(string name, Exception exception, SilenceWatch watch, UpstreamFailure failure)
    {
        if (watch.IsCallerGone)
            return exception as OperationCanceledException ?? new OperationCanceledException("The caller went away.", exception);
        return watch.IsSilent
            ? new UpstreamException(name, UpstreamFailure.TimedOut, "The model's server was silent for too long.", exception)
            : new UpstreamException(name, failure, "The model's server can't be reached or broke off.", exception);
    }
}
