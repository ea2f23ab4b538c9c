namespace ChatApp.Inference.Engine;

internal static partial class EngineLog
{
    [LoggerMessage(LogLevel.Information, "Model {Model} is ready: {Lanes} lanes of {LaneTokens} tokens, {Blocks} prefix-cache blocks.")]
    public static partial void Ready(ILogger logger, string model, int lanes, int laneTokens, int blocks);

    [LoggerMessage(LogLevel.Error, "A step of model {Model} failed.")]
    public static partial void StepFailed(ILogger logger, Exception error, string model);

    [LoggerMessage(LogLevel.Warning, "Model {Model} was restarted after a failed step.")]
    public static partial void Restarted(ILogger logger, string model);

    [LoggerMessage(LogLevel.Error, "Model {Model} could not be restarted.")]
    public static partial void RestartFailed(ILogger logger, Exception error, string model);

    [LoggerMessage(LogLevel.Critical, "The engine of model {Model} has ended.")]
    public static partial void LoopFailed(ILogger logger, Exception error, string model);
}
