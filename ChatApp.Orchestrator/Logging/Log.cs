namespace ChatApp.Orchestrator.Logging;

/// <summary>Ids and counts, never what anyone wrote.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Turn {TurnId} ended: {Status}, {OutputTokens} tokens in {TotalMs:F0} ms")]
    public static partial void TurnEnded(ILogger logger, Guid turnId, string status, int outputTokens, double totalMs);

    [LoggerMessage(LogLevel.Error, "Turn {TurnId} failed")]
    public static partial void TurnFailed(ILogger logger, Exception exception, Guid turnId);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId}: generation by upstream {Upstream} failed: {Reason}")]
    public static partial void GenerationFailed(ILogger logger, Guid turnId, string upstream, string reason);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId} belongs to another replica now")]
    public static partial void TurnFenced(ILogger logger, Guid turnId);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId} taken over (takeover {Takeovers})")]
    public static partial void TurnTakenOver(ILogger logger, Guid turnId, int takeovers);

    [LoggerMessage(LogLevel.Information, "Turn {TurnId} handed over to another replica")]
    public static partial void TurnHandedOver(ILogger logger, Guid turnId);

    [LoggerMessage(LogLevel.Warning, "The end of turn {TurnId} could not be stored yet: {Reason}")]
    public static partial void FinishRetried(ILogger logger, Guid turnId, string reason);

    [LoggerMessage(LogLevel.Warning, "The database does not answer: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Writing the journals of {Turns} turns took {Ms:F0} ms")]
    public static partial void JournalSlow(ILogger logger, int turns, double ms);

    [LoggerMessage(LogLevel.Warning, "Appending the events of {Turns} turns to Redis took {Ms:F0} ms")]
    public static partial void LogSlow(ILogger logger, int turns, double ms);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId}: Redis does not answer: {Reason}")]
    public static partial void LogAway(ILogger logger, Guid turnId, string reason);

    [LoggerMessage(LogLevel.Warning, "The models of upstream {Upstream} could not be listed: {Reason}")]
    public static partial void DiscoveryFailed(ILogger logger, string upstream, string reason);

    [LoggerMessage(LogLevel.Warning, "Upstream {Upstream} gave no first token ({Failure}): {Reason}")]
    public static partial void UpstreamFailed(ILogger logger, string upstream, Enum failure, string reason);

    [LoggerMessage(LogLevel.Information, "Upstream {Upstream} is slow to begin, {Second} is asked as well")]
    public static partial void UpstreamHedged(ILogger logger, string upstream, string second);

    [LoggerMessage(LogLevel.Warning, "Upstream {Upstream} failed and the retry budget is spent")]
    public static partial void RetryBudgetSpent(ILogger logger, string upstream);

    [LoggerMessage(LogLevel.Information, "The model {Model} gives way to the capable one ({Reason})")]
    public static partial void Escalated(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Error, "A change of the gateway's configuration is refused, the last good one stays: {Reason}")]
    public static partial void GatewaySettingsRejected(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "The gateway's configuration has changed: {Upstreams} upstreams, {Models} models")]
    public static partial void GatewaySettingsTaken(ILogger logger, int upstreams, int models);

    [LoggerMessage(LogLevel.Debug, "The queue of upstream {Upstream} could not be read: {Reason}")]
    public static partial void ProbeFailed(ILogger logger, string upstream, string reason);

    [LoggerMessage(LogLevel.Warning, "The answer of upstream {Upstream} broke off ({Failure}) and is continued from its text")]
    public static partial void AnswerContinued(ILogger logger, string upstream, Enum failure);

    [LoggerMessage(LogLevel.Debug, "The answer cache can't be used: {Reason}")]
    public static partial void CacheAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "Call {Method} failed")]
    public static partial void CallFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(LogLevel.Warning, "Call {Method} refused: {Reason}")]
    public static partial void CallRefused(ILogger logger, string method, string reason);

    [LoggerMessage(LogLevel.Warning, "The usage of a completion could not be recorded: {Reason}")]
    public static partial void UsageLost(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Purged {Count} deleted conversations")]
    public static partial void ConversationsPurged(ILogger logger, int count);

    [LoggerMessage(LogLevel.Information, "Purged {Count} files that went with no message")]
    public static partial void FilesPurged(ILogger logger, int count);

    [LoggerMessage(LogLevel.Information, "The reader of a PDF ended with {ExitCode} after {Characters} characters")]
    public static partial void PdfRead(ILogger logger, int exitCode, int characters);

    [LoggerMessage(LogLevel.Warning, "Conversation {ConversationId} got no title: {Reason}")]
    public static partial void TitleFailed(ILogger logger, Guid conversationId, string reason);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId}: older messages could not be summarised: {Reason}")]
    public static partial void SummaryFailed(ILogger logger, Guid turnId, string reason);

    [LoggerMessage(LogLevel.Warning, "Tokens could not be counted by upstream {Upstream}: {Reason}")]
    public static partial void CountFailed(ILogger logger, string upstream, string reason);

    [LoggerMessage(LogLevel.Warning, "Tool {Tool} took longer than {Seconds} s and was given up")]
    public static partial void ToolTimedOut(ILogger logger, string tool, double seconds);

    [LoggerMessage(LogLevel.Warning, "Tool {Tool} failed")]
    public static partial void ToolFailed(ILogger logger, Exception exception, string tool);

    [LoggerMessage(LogLevel.Warning, "Turn {TurnId}: a tool call could not be stored yet: {Reason}")]
    public static partial void ToolCallNotStored(ILogger logger, Guid turnId, string reason);

    [LoggerMessage(LogLevel.Error, "A round of the turns' upkeep failed")]
    public static partial void UpkeepFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Job {Kind} of {Subject} failed at attempt {Attempt}")]
    public static partial void JobFailed(ILogger logger, Exception exception, string kind, Guid subject, int attempt);

    [LoggerMessage(LogLevel.Warning, "Job {Kind} of {Subject} is given up: {Reason}")]
    public static partial void JobGivenUp(ILogger logger, string kind, Guid subject, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {Kind} of {Subject} is another worker's now")]
    public static partial void JobLost(ILogger logger, string kind, Guid subject);

    [LoggerMessage(LogLevel.Information, "Purged {Count} objects that nothing referred to")]
    public static partial void ObjectsPurged(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Objects cannot be removed yet: {Reason}")]
    public static partial void ObjectsAway(ILogger logger, string reason);
}
