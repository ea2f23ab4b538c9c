using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway.Upstreams;

/// <summary>Speaks the OpenAI protocol with one upstream: one attempt each, every failure told apart, every wait and every size bounded.</summary>
internal sealed class UpstreamClient(IHttpClientFactory clients, SecretStore secrets, IOptionsMonitor<GatewayOptions> options, TimeProvider time)
{
    /// <summary>The name of its HTTP client.</summary>
    public const string HttpClientName = "upstream";

    private const int LongestError = 16 * 1024;
    private const int LongestEvent = 1024 * 1024;
    private const int LongestBody = 64 * 1024 * 1024;
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(2);

    /// <summary>The body of <c>GET /v1/models</c>.</summary>
    /// <exception cref="UpstreamException">It could not be had.</exception>
    public async Task<byte[]> ListModelsAsync(string name, UpstreamOptions upstream, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(ListTimeout);
        using var response = await SendAsync(name, upstream, HttpMethod.Get, UpstreamAddress.Of(upstream, "models", null), null, watch);
        return await ReadBodyAsync(name, response, watch);
    }

    /// <summary>The text of <c>GET /metrics</c>.</summary>
    /// <exception cref="UpstreamException">It could not be had.</exception>
    public async Task<byte[]> ReadMetricsAsync(string name, UpstreamOptions upstream, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(ListTimeout);
        using var response = await SendAsync(name, upstream, HttpMethod.Get, UpstreamAddress.Beside(upstream, "metrics"), null, watch);
        return await ReadBodyAsync(name, response, watch);
    }

    /// <summary>Posts a JSON body and gives the JSON answer.</summary>
    /// <exception cref="UpstreamException">The upstream refused, failed, was silent for too long or did not answer in JSON.</exception>
    internal async Task<byte[]> PostAsync(UpstreamRoute route, string operation, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(options.CurrentValue.AnswerTimeout);
        using var response = await SendAsync(
            route.Name, route.Upstream, HttpMethod.Post, UpstreamAddress.Of(route.Upstream, operation, route.Model), body, watch);
        var answer = await ReadBodyAsync(route.Name, response, watch);
        ThrowUnlessAnswer(route.Name, answer);
        return answer;
    }

    /// <summary>The answer of <c>POST /tokenize</c>, which stands beside the protocol.</summary>
    /// <exception cref="UpstreamException">It could not be had.</exception>
    internal async Task<byte[]> TokenizeAsync(UpstreamRoute route, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var watch = new SilenceWatch(time, cancellationToken);
        watch.Expect(patience);
        using var response = await SendAsync(
            route.Name, route.Upstream, HttpMethod.Post, UpstreamAddress.Beside(route.Upstream, "tokenize"), body, watch);
        return await ReadBodyAsync(route.Name, response, watch);
    }

    /// <summary>Posts a JSON body and gives each chunk of the answer, without the final <c>[DONE]</c>.</summary>
    /// <exception cref="UpstreamException">As above; also when the stream ends before <c>[DONE]</c> or goes on for too long.</exception>
    internal async IAsyncEnumerable<StreamChunk> StreamAsync(
        UpstreamRoute route, string operation, ReadOnlyMemory<byte> body, int choices, int longestAnswer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        var tokenTimeout = route.Upstream.TokenTimeout ?? current.TokenTimeout;
        using var watch = new SilenceWatch(time, cancellationToken);
        // What is left until the next token is due; keep-alives and empty chunks do not extend it.
        var left = route.Upstream.FirstTokenTimeout ?? current.FirstTokenTimeout;
        var all = current.AnswerTimeout;
        var since = time.GetTimestamp();
        watch.Expect(left);
        using var response = await SendAsync(
            route.Name, route.Upstream, HttpMethod.Post, UpstreamAddress.Of(route.Upstream, operation, route.Model), body, watch);
        if (response.Content.Headers.ContentType?.MediaType is { } type && type != "text/event-stream")
            throw new UpstreamException(route.Name, UpstreamFailure.Malformed, $"The model's server answered with {type} where a stream was asked for.");

        await using var stream = new BoundedEvents(await response.Content.ReadAsStreamAsync(watch.Token), LongestEvent);
        await using var events = SseParser.Create(stream, static (_, data) => (ReadOnlyMemory<byte>)data.ToArray())
            .EnumerateAsync(watch.Token).GetAsyncEnumerator(watch.Token);
        var pieces = 0;
        var ended = new HashSet<int>();
        var finished = false;
        while (true)
        {
            // Not every server says [DONE]; after the last choice's finish reason nothing is missing without it.
            var data = await NextAsync(route.Name, events, watch, finished, isLastWait: all <= left);
            if (data.IsEmpty || data.Span.SequenceEqual("[DONE]"u8))
                yield break;
            // A reader that pauses is not the upstream's silence.
            watch.Pause();
            var waited = time.GetElapsedTime(since);
            left -= waited;
            all -= waited;
            var chunk = StreamChunk.Parse(route.Name, data);
            pieces += chunk.Pieces;
            if (pieces > longestAnswer)
                throw new UpstreamException(route.Name, UpstreamFailure.RanAway, "The model's server went on past every limit of the request; the answer was cut.");
            if (all <= TimeSpan.Zero)
                throw new UpstreamException(route.Name, UpstreamFailure.RanAway, "The answer took longer than any may take; it was cut.");
            yield return chunk;
            ended.UnionWith(chunk.Finished);
            finished = ended.Count >= choices;
            if (chunk.HasContent)
                left = finished && tokenTimeout > AfterFinish ? AfterFinish : tokenTimeout;
            since = time.GetTimestamp();
            var due = left < all ? left : all;
            watch.Expect(due > TimeSpan.Zero ? due : TimeSpan.Zero);
        }
    }

    /// <returns>The next event's data; empty at the end of an answer that is whole.</returns>
    private static async Task<ReadOnlyMemory<byte>> NextAsync(
        string name, IAsyncEnumerator<SseItem<ReadOnlyMemory<byte>>> events, SilenceWatch watch, bool finished, bool isLastWait)
    {
        try
        {
            while (await events.MoveNextAsync())
            {
                if (!events.Current.Data.IsEmpty)
                    return events.Current.Data;
            }

            return finished ? default : throw new UpstreamException(name, UpstreamFailure.BrokeOff, "The model's answer broke off.");
        }
        catch (Exception exception) when (finished && !watch.IsCallerGone && exception is (IOException or HttpRequestException or OperationCanceledException))
        {
            return default;
        }
        catch (OperationCanceledException exception) when (isLastWait && watch.IsSilent && !watch.IsCallerGone)
        {
            throw new UpstreamException(name, UpstreamFailure.RanAway, "The answer took longer than any may take; it was cut.", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new UpstreamException(name, UpstreamFailure.Malformed, "The model's server sent an event without an end.", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            throw Failed(name, exception, watch, UpstreamFailure.BrokeOff);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string name, UpstreamOptions upstream, HttpMethod method, Uri address, ReadOnlyMemory<byte>? body, SilenceWatch watch)
    {
        using var request = new HttpRequestMessage(method, address);
        var key = ReadKey(name, upstream);
        UpstreamAddress.Authorize(request, upstream, key);
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
            throw await RefusedAsync(name, response, key, watch);
    }

    private string? ReadKey(string name, UpstreamOptions upstream)
    {
        try
        {
            return secrets.Read(upstream.ApiKey);
        }
        catch (SecretException exception)
        {
            throw new UpstreamException(name, UpstreamFailure.Misconfigured, "This service has no key for the model's server.", exception);
        }
    }

    private static async Task<byte[]> ReadBodyAsync(string name, HttpResponseMessage response, SilenceWatch watch)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestBody, watch.Token);
            return await response.Content.ReadAsByteArrayAsync(watch.Token);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new UpstreamException(name, UpstreamFailure.RanAway, $"The model's server answered with more than {LongestBody} bytes.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            throw Failed(name, exception, watch, UpstreamFailure.BrokeOff);
        }
    }

    private static void ThrowUnlessAnswer(string name, byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.TryGetProperty("choices", out var list) || json.RootElement.TryGetProperty("data", out list))
            {
                if (list.ValueKind == JsonValueKind.Array)
                    return;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new UpstreamException(name, UpstreamFailure.Malformed, "The model's server sent something that is not JSON.", exception);
        }

        throw new UpstreamException(name, UpstreamFailure.Malformed, "The model's server sent JSON that is not an answer.");
    }

    private async Task<UpstreamException> RefusedAsync(string name, HttpResponseMessage response, string? key, SilenceWatch watch)
    {
        var failure = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or (HttpStatusCode)529 => UpstreamFailure.Overloaded,
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => UpstreamFailure.Unreachable,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                or (>= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest) => UpstreamFailure.Misconfigured,
            _ => UpstreamFailure.Refused,
        };
        return new UpstreamException(name, failure, $"The model's server answered {(int)response.StatusCode}.")
        {
            Status = (int)response.StatusCode,
            ErrorJson = await ReadErrorAsync(response, key, watch.Token),
            RetryAfter = ReadRetryAfter(response),
        };
    }

    private TimeSpan? ReadRetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
            return TimeSpan.FromMilliseconds(ms);
        var wait = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - time.GetUtcNow();
        return wait is { } positive && positive > TimeSpan.Zero ? positive : null;
    }

    private static async Task<string?> ReadErrorAsync(HttpResponseMessage response, string? key, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[LongestError];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (!json.RootElement.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
                return null;
            var text = error.GetRawText();
            // A server that quotes the key it was shown has its words dropped.
            return key is not null && text.Contains(key, StringComparison.Ordinal) ? null : text;
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            return null;
        }
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
