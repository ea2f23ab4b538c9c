using Microsoft.Extensions.Logging;

namespace ChatApp.ServiceDefaults.Telemetry;

/// <summary>
/// What a judge, a scanner or a person made of an answer: the event <c>gen_ai.evaluation.result</c> of OpenTelemetry's GenAI
/// conventions. It belongs to the span that is current, where Aspire's dashboard shows it beside the messages.
/// </summary>
public static class GenAIEvaluation
{
    public const string EventName = "gen_ai.evaluation.result";

    private static readonly EventId s_event = new(0, EventName);

    /// <param name="logger">Of whoever evaluated.</param>
    /// <param name="name">What was evaluated, such as <c>groundedness</c>.</param>
    /// <param name="label">The verdict, such as <c>pass</c>.</param>
    /// <param name="score">The verdict as a number, where there is one.</param>
    /// <param name="explanation">Why; it may quote the answer, so it is written only where content is captured.</param>
    /// <param name="responseId">The answer's id.</param>
    public static void Record(ILogger logger, string name, string label, double? score = null, string? explanation = null, string? responseId = null)
    {
        List<KeyValuePair<string, object?>> attributes = [new("gen_ai.evaluation.name", name), new("gen_ai.evaluation.score.label", label)];
        if (score is { } value)
            attributes.Add(new("gen_ai.evaluation.score.value", value));
        if (explanation is not null && GenAIContent.IsCaptured)
            attributes.Add(new("gen_ai.evaluation.explanation", explanation));
        if (responseId is not null)
            attributes.Add(new("gen_ai.response.id", responseId));
        logger.Log(LogLevel.Information, s_event, attributes, null, static (state, _) => $"{state[0].Value}: {state[1].Value}");
    }
}
