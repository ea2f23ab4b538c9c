using System.Globalization;
using System.Text.Json;

namespace ChatApp.Web.Api;

/// <summary>Reads one frame of the stream. A frame without a number (an error passed on at its end) is a failure.</summary>
internal static class TurnEventReader
{
    private sealed record TextData(string? Text);

    public static TurnEvent? Read(string type, string? id, string data)
    {
        if (type == "error")
            throw ErrorFrame(data);
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;

        try
        {
            TurnEvent turnEvent = type switch
            {
                "started" => Read<TurnEvent.Started>(data),
                "text" => new TurnEvent.TextDelta(Read<TextData>(data).Text ?? ""),
                "reasoning" => new TurnEvent.ReasoningDelta(Read<TextData>(data).Text ?? ""),
                "tool_call" => Read<TurnEvent.ToolCall>(data),
                "tool_result" => Read<TurnEvent.ToolResult>(data),
                "notice" => Read<TurnEvent.Notice>(data),
                "ended" => Read<TurnEvent.Ended>(data),
                _ => new TurnEvent.Unknown(),
            };
            return turnEvent with { Number = number };
        }
        catch (JsonException exception)
        {
            throw new ApiException(null, $"Event {number} of the stream ({type}) could not be read.", "bad_event", exception);
        }
    }

    private static T Read<T>(string data) =>
        JsonSerializer.Deserialize<T>(data, ApiJson.Options) ?? throw new JsonException("The event is null.");

    private static ApiException ErrorFrame(string data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var error = json.RootElement.TryGetProperty("error", out var inner) ? inner : json.RootElement;
            string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return new ApiException(null, Text("message") ?? Text("detail") ?? "The stream ended with an error.", Text("code"));
        }
        catch (JsonException)
        {
            return new ApiException(null, "The stream ended with an error.", "stream_error");
        }
    }
}
