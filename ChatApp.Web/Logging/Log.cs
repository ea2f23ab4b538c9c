namespace ChatApp.Web.Logging;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Stream of turn {TurnId} was lost after event {Number}; attempt {Attempt} to take it up again follows")]
    public static partial void StreamLost(this ILogger logger, string? turnId, long number, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The list of conversations could not be refreshed: {Reason}")]
    public static partial void ListRefreshFailed(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Changes of conversations could not be followed and will be again: {Reason}")]
    public static partial void FeedLost(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Conversation {ConversationId} could not be deleted: {Reason}")]
    public static partial void DeleteFailed(this ILogger logger, string conversationId, string reason);
}
