using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// The only way to a model. Tries the routes of a model, then of its fallbacks, until one gives its first token; after that
/// nothing is repeated here, since the caller has seen text: continuing is the turn's business, or for stateless calls that
/// of <see cref="CompletionForwarding"/>.
/// </summary>
internal sealed class ModelGateway(ModelCatalogue catalogue, RoutedCalls calls, AutoJudge judge, IGenerationLedger ledger, ILogger<ModelGateway> logger)
{
    /// <summary>An answer as it is generated; cancelling ends the generation. Each delta says what was used until then.</summary>
    /// <exception cref="RefusedException">The model is unknown, or can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public async IAsyncEnumerable<ChatDelta> StreamChatAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveAsync(request.Model, cancellationToken);
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
        if (model.Auto is { } pair && !judge.IsHard(pair, call))
        {
            await using var fast = await OpenJudgedAsync(pair.Fast, call, cancellationToken);
            if (fast is not null)
            {
                await foreach (var chunk in fast.ReadAsync())
                    yield return chunk;
                yield break;
            }
        }

        await using var opened = await calls.OpenAsync(model.Auto?.Capable ?? model, call, ComposeMode.Answer, cancellationToken);
        await foreach (var chunk in opened.ReadAsync())
            yield return chunk;
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="RefusedException">The model can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    internal async Task<WholeAnswer> PostAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        if (model.Auto is { } pair && !judge.IsHard(pair, call))
        {
            try
            {
                var fast = await calls.PostAsync(pair.Fast, call, ComposeMode.Judged, cancellationToken);
                var (text, logProbabilities) = ChatProtocol.ReadWhole(fast.Json);
                if (!judge.IsUnsure(text, logProbabilities))
                    return fast;
                await EscalatedAsync(call, fast.From, fast.Usage);
            }
            catch (UpstreamException exception) when (exception.MayTryElsewhere)
            {
                Log.Escalated(logger, pair.Fast.Id, exception.Failure.ToString());
            }
        }

        return await calls.PostAsync(model.Auto?.Capable ?? model, call, ComposeMode.Answer, cancellationToken);
    }

    /// <returns>The fast model's answer, its beginning judged and kept in front; null when the capable one has to answer.</returns>
    private async Task<OpenedStream?> OpenJudgedAsync(CatalogueModel model, GatewayCall call, CancellationToken cancellationToken)
    {
        OpenedStream? opened = null;
        var isGood = false;
        try
        {
            opened = await calls.OpenAsync(model, call, ComposeMode.Judged, cancellationToken);
            var text = new StringBuilder();
            var logProbabilities = new List<double>();
            var pieces = 0;
            await opened.LookAheadAsync(chunk =>
            {
                text.Append(chunk.Text);
                logProbabilities.AddRange(chunk.LogProbabilities);
                pieces += chunk.Pieces;
                return judge.IsEnough(pieces) || chunk.HasToolCall;
            });
            isGood = !judge.IsUnsure(text.ToString(), logProbabilities);
            if (!isGood)
                await EscalatedAsync(call, opened.From, opened.Usage);
        }
        catch (UpstreamException exception) when (exception.MayTryElsewhere)
        {
            Log.Escalated(logger, model.Id, exception.Failure.ToString());
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
        Log.Escalated(logger, from.Model.Id, "unsure");
        await ledger.RecordAsync(
            call.Owner, new GenerationRecord($"{call.Purpose}.escalated", from.Model.Id, from.Route.Name, usage, GenerationOutcome.Stopped), CancellationToken.None);
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
