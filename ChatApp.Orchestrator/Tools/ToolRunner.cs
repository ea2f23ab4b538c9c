using System.Text.Json;
using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Tools;

/// <summary>
/// The one place where tools are run: the tool must exist and be enabled, the arguments must fit its schema, the time is
/// limited and so is the result. Whatever goes wrong is a result that the model can read, and never the turn's end.
/// </summary>
internal sealed class ToolRunner(ToolRegistry registry, TimeProvider time, IOptions<ToolOptions> options, ILogger<ToolRunner> logger)
{
    private const string CutOff = "\n[The rest of the result was cut off.]";

    /// <summary>Whether a call that may or may not have run is simply run again.</summary>
    public bool IsIdempotent(string name) => registry.Find(name)?.IsIdempotent ?? true;

    /// <param name="owner">For whom.</param>
    /// <param name="offered">The tools that this turn's model may call.</param>
    /// <param name="call">The call as the model made it.</param>
    /// <param name="cancellationToken">Ends the call; the only thing that is thrown.</param>
    /// <returns>The call with its result.</returns>
    public async Task<ToolStep> RunAsync(string owner, IEnumerable<string> offered, ToolStep call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (result, failed) = await TryRunAsync(owner, offered, call, cancellationToken);
        return call with
        {
            Result = Bounded(result),
            Status = failed ? ToolStatus.Failed : ToolStatus.Succeeded,
            DurationMs = (long)time.GetElapsedTime(began).TotalMilliseconds,
        };
    }

    private async Task<(string Result, bool Failed)> TryRunAsync(
        string owner, IEnumerable<string> offered, ToolStep call, CancellationToken cancellationToken)
    {
        // What a model was not offered it can't call, whatever it writes.
        var tool = offered.Contains(call.Name, StringComparer.Ordinal) ? registry.Find(call.Name) : null;
        if (tool is null)
            return Error($"there is no tool '{call.Name.Beginning(64)}'; there are: {string.Join(", ", offered)}.");

        var limit = tool.Timeout ?? options.Value.Timeout;
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var arguments = ToolArguments.Read(tool.Function.JsonSchema, call.Arguments);
            new ToolCaller(owner, call.Id).AddTo(arguments);
            // A tool that does not listen to its cancellation is left behind, not waited for.
            var result = await tool.Function.InvokeAsync(arguments, either.Token).AsTask().WaitAsync(either.Token);
            return (result as string ?? JsonSerializer.Serialize(result, AIJsonUtilities.DefaultOptions), false);
        }
        catch (ToolException exception)
        {
            return Error(exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ToolTimedOut(logger, call.Name, limit.TotalSeconds);
            return Error($"the tool took longer than {limit.TotalSeconds:0.#} s and was given up.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.ToolFailed(logger, exception, call.Name);
            return Error("the tool failed.");
        }
    }

    private static (string Result, bool Failed) Error(string message) => ($"Error: {message}", true);

    private string Bounded(string result)
    {
        var most = options.Value.LongestResult;
        var text = result.Replace("\0", "", StringComparison.Ordinal);
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return text[..end] + CutOff;
    }
}
