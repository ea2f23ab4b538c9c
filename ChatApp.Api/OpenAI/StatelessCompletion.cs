using System.Buffers;
using System.Text.Json;
using ChatApp.Api.Streaming;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ChatApp.Api.OpenAI;

/// <summary>Model calls that belong to no conversation: the body goes to the gateway and its JSON comes back as it is.</summary>
internal sealed class StatelessCompletion(Completions.CompletionsClient completions, EventStreamWriter streams, ILogger<StatelessCompletion> logger)
{
    public async Task HandleAsync(HttpContext context, string operation, JsonElement body, bool stream, CancellationToken cancellationToken)
    {
        var request = new CompletionRequest
        {
            Operation = operation,
            Body = UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(body)),
        };
        using var call = completions.Complete(request, cancellationToken: cancellationToken);
        var chunks = call.ResponseStream.ReadAllAsync(cancellationToken);
        if (stream)
        {
            await streams.WriteAsync(context.Response, chunks,
                static (output, chunk) => EventStreamWriter.WriteFrame(output, chunk.Json.Span), WriteError, cancellationToken);
            return;
        }

        context.Response.ContentType = "application/json";
        await foreach (var chunk in chunks)
            await context.Response.BodyWriter.WriteAsync(chunk.Json.Memory, cancellationToken);
    }

    /// <summary>Ends a stream that has begun with an error frame, which OpenAI's clients raise as an exception.</summary>
    public bool WriteError(IBufferWriter<byte> output, Exception exception)
    {
        logger.StreamBroke(exception);
        EventStreamWriter.WriteFrame(output, JsonSerializer.SerializeToUtf8Bytes(new OpenAIError.Envelope(EdgeErrors.From(exception)), JsonSerializerOptions.Web));
        return true;
    }
}
