using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// The only way to a model. Tries the routes of a model, then of its fallbacks, until one gives its first token; after that
/// nothing is repeated here, since the caller has seen text: continuing is the turn's business, or for stateless calls that
/// of <see cref="CompletionForwarding"/>.
/// </summary>
internal sealed class ModelGateway
{
    private readonly ModelCatalogue _catalogue;
    private readonly RoutePlanner _planner;
    private readonly AttemptLoop _attempts;
    private readonly AutoJudge _judge;
    private readonly UpstreamClient _client;
    private readonly IGenerationLedger _ledger;
    private readonly IOptionsMonitor<GatewayOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelGateway> _logger;

    internal ModelGateway(
        ModelCatalogue catalogue, RoutePlanner planner, AttemptLoop attempts, AutoJudge judge, UpstreamClient client,
        IGenerationLedger ledger, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<ModelGateway> logger)
    {
        _catalogue = catalogue;
        _planner = planner;
        _attempts = attempts;
        _judge = judge;
        _client = client;
        _ledger = ledger;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>An answer as it is generated; cancelling ends the generation. Each delta says what was used until then.</summary>
    /// <exception cref="RefusedException">The model is unknown, or can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public async IAsyncEnumerable<ChatDelta> StreamChatAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await _catalogue.ResolveAsync(request.Model, cancellationToken);
        await foreach (var (from, chunk, usage) in StreamAsync(model, ChatProtocol.Call(request), cancellationToken))
        {
            yield return new ChatDelta
            {
                Upstream = from.Route.Name,
                Model = from.Model.Id,
                Text = chunk.Text,
                Reasoning = chunk.Reasoning,
                ToolCalls = chunk.ToolCalls,
                FinishReason = chunk.FinishReason,
                Usage = usage,
            };
        }
    }

    /// <summary>Chunks of a streamed answer as the upstream sent them.</summary>
    /// <exception cref="RefusedException">The model can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    internal async IAsyncEnumerable<AnswerChunk> StreamAsync(
        CatalogueModel model, GatewayCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (model.Auto is { } pair && !_judge.IsHard(pair, call))
        {
            await using var fast = await OpenJudgedAsync(pair.Fast, call, cancellationToken);
            if (fast is not null)
            {
                await foreach (var chunk in fast.ReadAsync())
                    yield return chunk;
                yield break;
            }
        }

        await using var opened = await OpenAsync(model.Auto?.Capable ?? model, call, ComposeMode.Answer, cancellationToken);
        await foreach (var chunk in opened.ReadAsync())
            yield return chunk;
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="RefusedException">The model can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    internal async Task<WholeAnswer> PostAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        if (model.Auto is { } pair && !_judge.IsHard(pair, call))
        {
            try
            {
                var fast = await PostOneAsync(pair.Fast, call, ComposeMode.Judged, cancellationToken);
                var (text, logProbabilities) = ChatProtocol.ReadWhole(fast.Json);
                if (!_judge.IsUnsure(text, logProbabilities))
                    return fast;
                await EscalatedAsync(call, fast.From, fast.Usage);
            }
            catch (UpstreamException exception) when (exception.MayTryElsewhere)
            {
                Log.Escalated(_logger, pair.Fast.Id, exception.Failure.ToString());
            }
        }

        return await PostOneAsync(model.Auto?.Capable ?? model, call, ComposeMode.Answer, cancellationToken);
    }

    private async Task<IReadOnlyList<PlannedRoute>> PlanAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        var models = await _catalogue.ListAsync(cancellationToken);
        if (!model.Options.Offers(call.Needs.Capabilities))
        {
            var missing = string.Join(", ", call.Needs.Capabilities.Except(model.Options.Capabilities, StringComparer.OrdinalIgnoreCase));
            var able = string.Join(", ", models.Where(other => other.Options.Offers(call.Needs.Capabilities)).Select(other => other.Id));
            throw new RefusedException(Refusal.Invalid, "unsupported_capability",
                $"The model '{model.Id}' does not offer: {missing}. Models that do: {(able.Length > 0 ? able : "none")}.")
            { Param = "model" };
        }

        return _planner.Plan(model, models, call.Needs);
    }

    private async Task<OpenedStream> OpenAsync(CatalogueModel model, GatewayCall call, ComposeMode mode, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(model, call, cancellationToken);
        return await _attempts.RunAsync(plan, async (planned, lease, cancel) =>
        {
            var body = call.Compose(planned.Route, mode);
            var chunks = _client.StreamAsync(planned.Route, call.Operation, body, call.AnsweredChoices, LongestAnswer(planned, call), cancel.Token);
            var meter = new GenerationMeter(planned.Route.Prices, call.PromptBytes);
            var telemetry = GatewayTelemetry.Start(planned, call, body, _time);
            try
            {
                return await OpenedStream.OpenAsync(planned, chunks, lease, cancel, meter, () => _options.CurrentValue.Breaker, telemetry);
            }
            catch (OperationCanceledException)
            {
                // The caller left, or another upstream was quicker.
                await StoppedAsync(call, planned, meter.Usage, cancellationToken.IsCancellationRequested ? $"{call.Purpose}.left" : $"{call.Purpose}.hedged");
                throw;
            }
        }, opened => StoppedAsync(call, opened.From, opened.Usage, $"{call.Purpose}.hedged"), cancellationToken);
    }

    // Before a token of it was passed on; it read the prompt all the same, and leaving in time must not make that free.
    private Task StoppedAsync(GatewayCall call, PlannedRoute from, TokenUsage usage, string purpose) => _ledger.RecordAsync(
        call.Owner, new GenerationRecord(purpose, from.Model.Id, from.Route.Name, usage, GenerationOutcome.Stopped), CancellationToken.None);

    /// <returns>The fast model's answer, its beginning judged and kept in front; null when the capable one has to answer.</returns>
    private async Task<OpenedStream?> OpenJudgedAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        OpenedStream? opened = null;
        var isGood = false;
        try
        {
            opened = await OpenAsync(model, call, ComposeMode.Judged, cancellationToken);
            var text = new StringBuilder();
            var logProbabilities = new List<double>();
            var pieces = 0;
            await opened.LookAheadAsync(chunk =>
            {
                text.Append(chunk.Text);
                logProbabilities.AddRange(chunk.LogProbabilities);
                pieces += chunk.Pieces;
                return _judge.IsEnough(pieces) || chunk.HasToolCall;
            });
            isGood = !_judge.IsUnsure(text.ToString(), logProbabilities);
            if (!isGood)
                await EscalatedAsync(call, opened.From, opened.Usage);
        }
        catch (UpstreamException exception) when (exception.MayTryElsewhere)
        {
            Log.Escalated(_logger, model.Id, exception.Failure.ToString());
            if (opened is not null)
                await EscalatedAsync(call, opened.From, opened.Usage);
        }
        catch (OperationCanceledException) when (opened is not null)
        {
            await EscalatedAsync(call, opened.From, opened.Usage);
            throw;
        }
        finally
        {
            if (!isGood && opened is not null)
                await opened.DisposeAsync();
        }

        return isGood ? opened : null;
    }

    // What the fast model said to no one was generated all the same.
    private async Task EscalatedAsync(GatewayCall call, PlannedRoute from, TokenUsage usage)
    {
        Log.Escalated(_logger, from.Model.Id, "unsure");
        await _ledger.RecordAsync(
            call.Owner, new GenerationRecord($"{call.Purpose}.escalated", from.Model.Id, from.Route.Name, usage, GenerationOutcome.Stopped), CancellationToken.None);
    }

    private async Task<WholeAnswer> PostOneAsync(CatalogueModel model, GatewayCall call, ComposeMode mode, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(model, call, cancellationToken);
        return await _attempts.RunAsync(plan, async (planned, lease, cancel) =>
        {
            using var place = lease;
            using var ends = cancel;
            var body = call.Compose(planned.Route, mode);
            using var telemetry = GatewayTelemetry.Start(planned, call, body, _time);
            var meter = new GenerationMeter(planned.Route.Prices, call.PromptBytes);
            try
            {
                var answer = await _client.PostAsync(planned.Route, call.Operation, body, cancel.Token);
                lease.Succeed(_options.CurrentValue.Breaker);
                meter.ReadWhole(answer);
                telemetry.Read(answer);
                telemetry.Used(meter.Usage);
                return new WholeAnswer(planned, answer, meter.Usage);
            }
            catch (UpstreamException exception)
            {
                lease.Fail(exception, _options.CurrentValue.Breaker);
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

    // More tokens than fit the model can't be an answer, whatever the server says.
    private static int LongestAnswer(PlannedRoute planned, GatewayCall call)
    {
        var longest = Math.Min(call.LongestAnswer ?? int.MaxValue, planned.Model.Options.ContextWindow);
        return (int)Math.Min(int.MaxValue, ((long)longest * call.Choices) + 16);
    }
}

/// <summary>One step of a streamed answer.</summary>
internal sealed record ChatDelta
{
    public required string Upstream { get; init; }

    /// <summary>The model that answers, as the catalogue names it; another one than was asked after a fallback or with <c>auto</c>.</summary>
    public string Model { get; init; } = "";
    public string Text { get; init; } = "";
    public string Reasoning { get; init; } = "";

    /// <summary>Parts of calls of tools.</summary>
    public IReadOnlyList<ToolCallPiece> ToolCalls { get; init; } = [];
    public string? FinishReason { get; init; }

    /// <summary>What the generation used until now.</summary>
    public TokenUsage? Usage { get; init; }
}

/// <summary>An answer that was not streamed.</summary>
internal sealed record WholeAnswer(PlannedRoute From, byte[] Json, TokenUsage Usage);
