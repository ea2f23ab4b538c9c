using ChatApp.Api.Callers;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Orchestration;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

/// <summary>Runs conversations' turns within the caller's plan: admitted before they begin, settled by what they used.</summary>
internal sealed class MeteredTurns(TurnStream turns, TurnAdmission admission, TurnMeter meter, IOptions<LimitsOptions> limits)
{
    /// <summary>Starts a turn, or attaches to the one that has its request id. Its events end with the caller's connection; a turn that is kept goes on.</summary>
    /// <exception cref="Contracts.OpenAI.OpenAIException">There is no such model, or the plan does not allow it, or not now.</exception>
    public async Task<IAsyncEnumerable<TurnEvent>> RunAsync(HttpContext context, Caller caller, RunTurnRequest run)
    {
        var estimate = new TurnEstimate(run.Model,
            TurnEstimate.OfText(run.Content) + TurnEstimate.OfText(run.System) + run.History.Sum(message => TurnEstimate.OfText(message.Text)),
            run.Sampling is { HasMaxTokens: true } sampling ? sampling.MaxTokens : limits.Value.DefaultAnswerTokens);
        var reservation = await admission.ReserveAsync(context, caller, estimate, run is { Temporary: false, RequestId.Length: > 0 } ? run.RequestId : null);
        return meter.WatchAsync(reservation, turns.RunAsync(run, context.RequestAborted), resumable: !run.Temporary, context.RequestAborted);
    }
}
