using System.Text.Json;
using ChatApp.Web.Api;

namespace ChatApp.Web.Turns;

/// <summary>
/// What a stored message has beside its text: steps of tools and thoughts in their places, files, numbered passages, notices. What is not
/// known here, or is not as it should be, is left out: a page shows what it understands.
/// </summary>
internal sealed record StoredContent(IReadOnlyList<AnswerStep> Steps, IReadOnlyList<AttachedFile> Files, IReadOnlyList<Passage> Passages, IReadOnlyList<TurnEvent.Notice> Notices)
{
    public static readonly StoredContent None = new([], [], [], []);

    public static StoredContent Read(JsonElement? content)
    {
        if (content is not { ValueKind: JsonValueKind.Object } root)
            return None;
        return new StoredContent(
            ReadSteps(root),
            [.. Items(root, "files").Where(file => Text(file, "id") is not null).Select(file => new AttachedFile(Text(file, "id")!, Text(file, "name") ?? "", Text(file, "media_type"), Number(file, "bytes")))],
            [.. Items(root, "passages").Where(passage => Text(passage, "text") is not null).Select((passage, index) =>
                new Passage((int)(Number(passage, "number") is > 0 and var number ? number : index + 1), Text(passage, "title") ?? Text(passage, "name"), Text(passage, "text")!))],
            [.. Items(root, "notices").Where(notice => Text(notice, "code") is not null).Select(notice => new TurnEvent.Notice { Code = Text(notice, "code")!, Text = Text(notice, "text") ?? "" })]);
    }

    private static List<AnswerStep> ReadSteps(JsonElement root)
    {
        var steps = new List<AnswerStep>();
        var at = 0;
        foreach (var part in Items(root, "parts"))
        {
            switch (Text(part, "type"))
            {
                case "text":
                    at += Text(part, "text")?.Length ?? 0;
                    break;
                case "reasoning" when Text(part, "text") is { Length: > 0 } thought:
                    steps.Add(new AnswerStep(at, null, thought));
                    break;
                case "tool_call":
                    steps.Add(new AnswerStep(at, ReadTool(part), null));
                    break;
            }
        }

        return steps;
    }

    private static ToolStep ReadTool(JsonElement part)
    {
        var status = Text(part, "status");
        var result = Text(part, "result");
        return new ToolStep(Text(part, "id") ?? "", Text(part, "name") ?? "", Text(part, "arguments_json") ?? "")
        {
            // A step that was begun and never ended has no result, and is not running any more once its answer has ended.
            Result = result ?? (status is null or "running" or "started" ? null : ""),
            Failed = status is "failed" or "stopped" or "unknown" || (part.TryGetProperty("failed", out var failed) && failed.ValueKind == JsonValueKind.True),
            Duration = Number(part, "duration_ms") is > 0 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        };
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string property) =>
        element.TryGetProperty(property, out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
