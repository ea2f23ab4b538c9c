using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Caching;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Model calls that belong to no conversation.</summary>
internal sealed class CompletionsService(CompletionForwarding forwarding, RepeatedCalls repeated, ModelCatalogue catalogue, ToolRegistry tools) : Completions.CompletionsBase
{
    public override async Task Complete(CompletionRequest request, IServerStreamWriter<CompletionChunk> responseStream, ServerCallContext context)
    {
        var owner = context.Caller().Subject;
        var key = request.RequestId.Length > 0 ? RepeatKey.Of(owner, request.Operation, request.RequestId, request.Body.Span) : null;
        var (known, claim) = key is null ? default : await repeated.JoinAsync(key, context.CancellationToken);
        await using var running = claim;
        if (known is not null)
        {
            foreach (var chunk in known)
                await responseStream.WriteAsync(new CompletionChunk { Json = UnsafeByteOperations.UnsafeWrap(chunk), Repeated = true }, context.CancellationToken);
            return;
        }

        var sent = new List<ReadOnlyMemory<byte>>();
        await foreach (var chunk in forwarding.ForwardAsync(owner, request.Operation, request.Body.Memory, context.CancellationToken))
        {
            if (key is not null)
                sent.Add(chunk);
            await responseStream.WriteAsync(new CompletionChunk { Json = UnsafeByteOperations.UnsafeWrap(chunk) }, context.CancellationToken);
        }

        if (key is not null)
            await repeated.KeepAsync(key, sent);
    }

    public override async Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context) =>
        new()
        {
            Models = { (await catalogue.ListAsync(context.CancellationToken)).Select(model => Wire.ToWire(model, tools.NamesFor(model))) },
            Incomplete = !await catalogue.IsSettledAsync(context.CancellationToken),
        };
}
