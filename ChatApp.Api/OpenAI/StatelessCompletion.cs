using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Api.Callers;
using ChatApp.Api.Ids;
using ChatApp.Api.Limits;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Api.Streaming;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.OpenAI;

/// <summary>Model calls that belong to no conversation: the body goes to the gateway and its JSON comes back as it is.</summary>
internal sealed class StatelessCompletion(
    Completions.CompletionsClient completions, TurnAdmission admission, EventStreams streams, IOptions<LimitsOptions> limits)
{
    public async Task HandleAsync(HttpContext context, Caller caller, string operation, RequestSchema schema, JsonElement body)
    {
        var aborted = context.RequestAborted;
        var estimate = Estimate(operation, body);
        var request = new CompletionRequest
        {
            Operation = operation,
            Body = UnsafeByteOperations.UnsafeWrap(schema.Forward(body)),
            RequestId = IdempotencyKey.ReadGiven(context.Request, JsonFields.Text(body, "request_id")),
        };
        // From here on the meter holds it, to the end of the stream that it watches.
        var reservation = await admission.ReserveAsync(context, caller, estimate);
        var stream = JsonFields.IsTrue(body, "stream");
        var wantsUsage = JsonFields.Find(body, "stream_options") is { } options && JsonFields.IsTrue(options, "include_usage");
        var chunks = TurnMeter.WatchAsync(reservation, estimate, CompleteAsync(request, aborted), hideUsage: stream && !wantsUsage, aborted);
        if (stream)
        {
            await streams.WriteChunksAsync(context, chunks, (output, chunk) => output.Write(wantsUsage ? WithUsageField(chunk.Json.Span) : chunk.Json.Span));
            return;
        }

        await foreach (var chunk in chunks)
        {
            context.Response.ContentType = "application/json";
            await context.Response.BodyWriter.WriteAsync(chunk.Json.Memory, aborted);
        }
    }

    /// <summary>Who asked for usage gets the field in every chunk: null until it is known. The gateway tells it once, in a chunk of its own.</summary>
    private static ReadOnlySpan<byte> WithUsageField(ReadOnlySpan<byte> json) =>
        json.IndexOf("\"usage\""u8) >= 0 ? json : (byte[])[.. json[..json.LastIndexOf((byte)'}')], .. ",\"usage\":null}"u8];

    private async IAsyncEnumerable<CompletionChunk> CompleteAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = completions.Complete(request, cancellationToken: cancellationToken);
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
            yield return chunk;
    }

    private TurnEstimate Estimate(string operation, JsonElement body)
    {
        var input = (string[])["messages", "prompt", "input", "tools", "response_format"];
        var asked = JsonFields.WholeNumber(body, "max_completion_tokens") ?? JsonFields.WholeNumber(body, "max_tokens") ?? limits.Value.DefaultAnswerTokens;
        return new TurnEstimate(
            JsonFields.Text(body, "model"),
            input.Sum(name => JsonFields.Find(body, name) is { } value ? TurnEstimate.OfJson(value) : 0),
            operation == "embeddings" ? 0 : asked * (JsonFields.WholeNumber(body, "n") ?? 1));
    }
}
