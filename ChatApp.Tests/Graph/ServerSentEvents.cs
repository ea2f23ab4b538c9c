using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ChatApp.Tests.Graph;

/// <summary>Reads event streams as a client does.</summary>
internal static class ServerSentEvents
{
    /// <summary>The data of each event up to <c>[DONE]</c>, parsed; fails when the stream ends without it.</summary>
    public static async IAsyncEnumerable<(string Type, JsonElement Data)> ReadEventsAsync(
        this HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in response.ReadItemsAsync(cancellationToken))
            yield return (item.EventType, JsonElement.Parse(item.Data));
    }

    /// <summary>As <see cref="ReadEventsAsync"/>, for a stream whose every event has a number.</summary>
    public static async IAsyncEnumerable<(long Number, string Type, JsonElement Data)> ReadNumberedEventsAsync(
        this HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in response.ReadItemsAsync(cancellationToken))
            yield return (long.Parse(item.EventId!, CultureInfo.InvariantCulture), item.EventType, JsonElement.Parse(item.Data));
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadItemsAsync(
        this HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
                yield break;
            yield return item;
        }

        throw new AssertionException("The stream ended without [DONE].");
    }

    /// <summary>The text of a streamed chat completion, one entry a chunk that carries some.</summary>
    public static async Task<List<string>> ReadTextAsync(this HttpResponseMessage response, CancellationToken cancellationToken = default)
    {
        List<string> texts = [];
        await foreach (var (_, data) in response.ReadEventsAsync(cancellationToken))
        {
            if (data.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var content)
                && content.GetString() is { Length: > 0 } text)
                texts.Add(text);
        }

        return texts;
    }
}
