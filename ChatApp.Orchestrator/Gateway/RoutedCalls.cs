using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Makes a call of a model at the first of its routes that answers. What was begun and is not taken is metered here.</summary>
internal sealed class RoutedCalls(
    ModelCatalogue catalogue, RoutePlanner planner, AttemptLoop attempts, UpstreamClient client, IGenerationLedger ledger, IOptionsMonitor<GatewayOptions> options, TimeProvider time)
{
    /// <summary>A streamed answer whose first token has come.</summary>
    /// <exception cref="RefusedException">The model can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    public async Task<OpenedStream> OpenAsync(CatalogueModel model, GatewayCall call, ComposeMode mode, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(model, call, cancellationToken);
        return await attempts.RunAsync(plan, async (planned, lease, cancel) =>
        {
            var body = call.Compose(planned.Route, mode);
            var chunks = client.StreamAsync(planned.Route, call.Operation, body, call.AnsweredChoices, LongestAnswer(planned, call), cancel.Token);
            var meter = new GenerationMeter(planned.Route.Prices, call.PromptBytes);
            var telemetry = GatewayTelemetry.Start(planned, call, body, time);
            try
            {
                return await OpenedStream.OpenAsync(planned, chunks, lease, cancel, meter, () => options.CurrentValue.Breaker, telemetry);
            }
            catch (OperationCanceledException)
            {
                // The caller left, or another upstream was quicker.
                await StoppedAsync(call, planned, meter.Usage, cancellationToken.IsCancellationRequested ? $"{call.Purpose}.left" : $"{call.Purpose}.hedged");
                throw;
            }
        }, opened => StoppedAsync(call, opened.From, opened.Usage, $"{call.Purpose}.hedged"), cancellationToken);
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="RefusedException">The model can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    public async Task<WholeAnswer> PostAsync(CatalogueModel model, GatewayCall call, ComposeMode mode, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(model, call, cancellationToken);
        return await attempts.RunAsync(plan, async (planned, lease, cancel) =>
        {
            using var place = lease;
            using var ends = cancel;
            var body = call.Compose(planned.Route, mode);
            using var telemetry = GatewayTelemetry.Start(planned, call, body, time);
            var meter = new GenerationMeter(planned.Route.Prices, call.PromptBytes);
            try
            {
                var answer = await client.PostAsync(planned.Route, call.Operation, body, cancel.Token);
                lease.Succeed(options.CurrentValue.Breaker);
                meter.ReadWhole(answer);
                telemetry.Read(answer);
                telemetry.Used(meter.Usage);
                return new WholeAnswer(planned, answer, meter.Usage);
            }
            catch (UpstreamException exception)
            {
                lease.Fail(exception, options.CurrentValue.Breaker);
                telemetry.Failed(exception);
                throw;
            }
            catch (OperationCanceledException)
            {
                await StoppedAsync(call, planned, meter.Usage, call.Purpose);
                throw;
            }
        }, lost: null, cancellationToken);
    }

    private async Task<IReadOnlyList<PlannedRoute>> PlanAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        var models = await catalogue.ListAsync(cancellationToken);
        if (!model.Options.Offers(call.Needs.Capabilities))
        {
            var missing = string.Join(", ", call.Needs.Capabilities.Except(model.Options.Capabilities, StringComparer.OrdinalIgnoreCase));
            var able = string.Join(", ", models.Where(other => other.Options.Offers(call.Needs.Capabilities)).Select(other => other.Id));
            throw new RefusedException(Refusal.Invalid, "unsupported_capability",
                $"The model '{model.Id}' does not offer: {missing}. Models that do: {(able.Length > 0 ? able : "none")}.")
            { Param = "model" };
        }

        return planner.Plan(model, models, call.Needs);
    }

    // Before a token of it was passed on; it read the prompt all the same, and leaving in time must not make that free.
    private Task StoppedAsync(GatewayCall call, PlannedRoute from, TokenUsage usage, string purpose) => ledger.RecordAsync(
        call.Owner, new GenerationRecord(purpose, from.Model.Id, from.Route.Name, usage, GenerationOutcome.Stopped), CancellationToken.None);

    // More tokens than fit the model can't be an answer, whatever the server says.
    private static int LongestAnswer(PlannedRoute planned, GatewayCall call)
    {
        var longest = Math.Min(call.LongestAnswer ?? int.MaxValue, planned.Model.Options.ContextWindow);
        return (int)Math.Min(int.MaxValue, ((long)longest * call.Choices) + 16);
    }
}

/// <summary>An answer that was not streamed.</summary>
internal sealed record WholeAnswer(PlannedRoute From, byte[] Json, TokenUsage Usage);
