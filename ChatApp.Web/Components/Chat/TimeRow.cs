using ChatApp.Web.Api;

namespace ChatApp.Web.Components.Chat;

/// <summary>One line of "where did the time go" under an answer.</summary>
/// <param name="Key">The part, as the strings <c>Time_...</c> name it.</param>
/// <param name="Milliseconds">How long.</param>
internal sealed record TimeRow(string Key, double Milliseconds)
{
    /// <summary>What takes less is not worth a line.</summary>
    private const double Least = 0.5;

    /// <summary>
    /// The parts in the order in which a turn passes them. What its model's server measures is told also where it is nothing, so that
    /// a reader sees that it was not the queue; what the total has beyond all parts comes last.
    /// </summary>
    public static IReadOnlyList<TimeRow> Of(TurnTimings? timings)
    {
        if (timings?.Parts is not { } parts)
            return [];
        var isTold = parts.QueueMs + parts.PrefillMs + parts.DecodeMs > 0;
        List<TimeRow> rows =
        [
            .. Worthwhile(new("Prompt", parts.PromptMs), new("Retrieval", parts.RetrievalMs)),
            .. isTold ? [new("Queue", parts.QueueMs), new("Prefill", parts.PrefillMs), new("Decode", parts.DecodeMs)] : (TimeRow[])[],
            .. Worthwhile(new("ModelFirst", parts.ModelFirstTokenMs), new("ModelRest", parts.ModelRestMs), new("Tools", parts.ToolsMs)),
        ];
        // Of a turn that changed hands the total is the last owner's and the tools are everybody's: the two don't add up.
        return parts.Partial || rows.Count == 0 ? rows : [.. rows, .. Worthwhile(new TimeRow("Other", timings.TotalMs - rows.Sum(row => row.Milliseconds)))];
    }

    private static IEnumerable<TimeRow> Worthwhile(params IEnumerable<TimeRow> rows) => rows.Where(row => row.Milliseconds >= Least);
}
