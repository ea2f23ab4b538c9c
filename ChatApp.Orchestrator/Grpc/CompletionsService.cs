using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Model calls that belong to no conversation.</summary>
internal sealed class CompletionsService(CompletionForwarding forwarding, ModelCatalogue catalogue) : Completions.CompletionsBase
{
    public override async Task Complete(CompletionRequest request, IServerStreamWriter<CompletionChunk> responseStream, ServerCallContext context)
    {
        var chunks = forwarding.ForwardAsync(context.Caller().Subject, request.Operation, request.Body.Memory, context.CancellationToken);
        await foreach (var chunk in chunks)
            await responseStream.WriteAsync(new CompletionChunk { Json = UnsafeByteOperations.UnsafeWrap(chunk) }, context.CancellationToken);
    }

    public override async Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context) =>
        new()
        {
            Models = { (await catalogue.ListAsync(context.CancellationToken)).Select(Wire.ToWire) },
            Incomplete = !await catalogue.IsSettledAsync(context.CancellationToken),
        };
}
