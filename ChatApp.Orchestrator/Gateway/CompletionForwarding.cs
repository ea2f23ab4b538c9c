using System.Runtime.CompilerServices;
using ChatApp.Orchestrator.Gateway.Caching;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Forwards OpenAI requests that belong to no conversation, and meters every generation that comes of them.</summary>
internal sealed class CompletionForwarding(
    ModelCatalogue catalogue, ModelGateway gateway, AnswerCache answers, EmbeddingForwarding embeddings, IGenerationLedger ledger, ILogger<CompletionForwarding> logger)
{
    /// <summary>The answer's JSON objects: one, or with <c>stream</c> one for each chunk.</summary>
    /// <exception cref="RefusedException">The operation, the body or the model is wrong.</exception>
    /// <exception cref="UpstreamException">The model refused or failed.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ForwardAsync(
        string owner, string operation, ReadOnlyMemory<byte> body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = ForwardedRequest.Parse(owner, operation, body);
        var model = await catalogue.WaitForAsync(request.Model, request.Call().Needs.Capabilities, () => ValueTask.CompletedTask, cancellationToken);
        if (operation == "embeddings")
        {
            yield return await embeddings.ForwardAsync(model, request, cancellationToken);
            yield break;
        }

        var key = answers.KeyOf(model, request);
        if (key is not null && await answers.FindAsync(key) is { } known)
        {
            foreach (var chunk in known)
                yield return chunk;
            yield break;
        }

        var keeping = key is null ? null : new List<ReadOnlyMemory<byte>>();
        await foreach (var chunk in request.IsStreamed ? StreamAsync(model, request, cancellationToken) : PostAsync(model, request, cancellationToken))
        {
            keeping?.Add(chunk);
            yield return chunk;
        }

        if (keeping is not null)
            await answers.KeepAsync(key!, keeping);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> PostAsync(
        CatalogueModel model, ForwardedRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = await gateway.PostAsync(model, request.Call(), cancellationToken);
        await ledger.RecordAsync(request.Owner, new GenerationRecord(
            request.Operation, answer.From.Model.Id, answer.From.Route.Name, answer.Usage, GenerationOutcome.Completed)
        { RequestId = request.RequestId }, CancellationToken.None);
        yield return model.Auto is not null && !request.WantsLogProbabilities ? ChunkEditing.WithoutLogProbabilities(answer.Json) : answer.Json;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        CatalogueModel model, ForwardedRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var continuation = new AnswerContinuation(request);
        UpstreamException? brokeOff = null;
        // Some servers tell the usage with the last piece of the answer; to the caller it comes behind it, and once.
        ReadOnlyMemory<byte>? withUsage = null;
        var stream = ReadAsync(gateway.StreamAsync(model, request.Call(), cancellationToken), request);
        while (true)
        {
            await using var chunks = stream.GetAsyncEnumerator(cancellationToken);
            brokeOff = null;
            while (true)
            {
                try
                {
                    if (!await chunks.MoveNextAsync())
                        break;
                }
                catch (UpstreamException exception) when (continuation.CanContinue(exception))
                {
                    brokeOff = exception;
                    break;
                }

                var answer = chunks.Current;
                continuation.Read(answer);
                // The first chunk of a continuation only names the role once more.
                if (continuation.IsContinued && !answer.Chunk.HasContent && !answer.Chunk.HasNoChoice)
                    continue;
                if (answer.Chunk is { HasNoChoice: true, Usage: not null })
                    withUsage = null;
                else if (answer.Chunk.Usage is not null)
                    withUsage = answer.Chunk.Json;
                if (Shown(model, request, answer.Chunk) is { } json)
                    yield return continuation.Rewrite(json);
            }

            if (brokeOff is null)
            {
                if (withUsage is { } last && request.WantsUsage)
                    yield return continuation.Rewrite(ChunkEditing.UsageAlone(last));
                yield break;
            }

            Log.AnswerContinued(logger, brokeOff.Upstream, brokeOff.Failure);
            stream = ReadAsync(gateway.StreamAsync(continuation.Served ?? model, continuation.Next(), cancellationToken), request);
        }
    }

    /// <summary>One generation, metered at its end whatever way it ends.</summary>
    private async IAsyncEnumerable<AnswerChunk> ReadAsync(
        IAsyncEnumerable<AnswerChunk> generation, ForwardedRequest request)
    {
        AnswerChunk? last = null;
        var outcome = GenerationOutcome.Stopped;
        try
        {
            await using var chunks = generation.GetAsyncEnumerator();
            while (true)
            {
                try
                {
                    if (!await chunks.MoveNextAsync())
                        break;
                }
                catch (UpstreamException)
                {
                    outcome = GenerationOutcome.Failed;
                    throw;
                }

                last = chunks.Current;
                yield return chunks.Current;
            }

            outcome = GenerationOutcome.Completed;
        }
        finally
        {
            // Also when the caller is gone: what was generated was used.
            if (last is { } end)
                await ledger.RecordAsync(request.Owner, new GenerationRecord(
                    request.Operation, end.From.Model.Id, end.From.Route.Name, end.Usage, outcome)
                { RequestId = request.RequestId }, CancellationToken.None);
        }
    }

    /// <returns>The chunk as the caller asked for it; null when it did not ask for it at all.</returns>
    private static ReadOnlyMemory<byte>? Shown(CatalogueModel model, ForwardedRequest request, StreamChunk chunk)
    {
        if (chunk is { HasNoChoice: true, Usage: not null } && !request.WantsUsage)
            return null;
        if (chunk.HasNoChoice)
            return chunk.Json;
        var json = ChunkEditing.WithoutUsage(chunk.Json);
        return model.Auto is not null && !request.WantsLogProbabilities ? ChunkEditing.WithoutLogProbabilities(json) : json;
    }
}
