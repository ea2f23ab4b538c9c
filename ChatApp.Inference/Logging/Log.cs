namespace ChatApp.Inference.Logging;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Model {Model} is not served: {Reason}")]
    public static partial void NotLoaded(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Error, "Model {Model} is not served: loading it failed.")]
    public static partial void LoadFailed(ILogger logger, Exception error, string model);

    [LoggerMessage(LogLevel.Error, "No model is served. Set Inference:Models:0:Path, or put model folders into {Folder} (Inference:ModelsPath).")]
    public static partial void NothingToServe(ILogger logger, string folder);

    [LoggerMessage(LogLevel.Information, "Stopping: no new requests; running answers have {Seconds} s.")]
    public static partial void Draining(ILogger logger, double seconds);

    [LoggerMessage(LogLevel.Error, "Request {RequestId} failed.")]
    public static partial void RequestFailed(ILogger logger, Exception error, string requestId);

    [LoggerMessage(LogLevel.Warning, "Request {RequestId} ended early: {Reason}")]
    public static partial void AnswerFailed(ILogger logger, string requestId, string reason);
}
