using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Api.Errors;
using ChatApp.Api.Settings;
using ChatApp.Api.Streaming;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ChatApp.Api.Chats;

/// <summary>What becomes of the caller's conversations, as it happens: events <c>conversation</c>, <c>deleted</c>, <c>everything</c>.</summary>
internal static class ConversationChangesApi
{
    public static Task WatchAsync(
        HttpContext context,
        Conversations.ConversationsClient conversations,
        EventStreamWriter streams,
        IOptions<EdgeOptions> options,
        IOptions<JsonOptions> json,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken)
    {
        var changes = ReadAsync(conversations, TimeSpan.FromSeconds(options.Value.WatchSeconds), time, lifetime.ApplicationStopping, cancellationToken);
        return streams.WriteAsync(context.Response, changes, WriteEvent, WriteError, cancellationToken);

        void WriteEvent(IBufferWriter<byte> output, ConversationEvent change)
        {
            var (name, data) = ViewOf(change);
            EventStreamWriter.WriteFrame(output, JsonSerializer.SerializeToUtf8Bytes(data, json.Value.SerializerOptions), eventName: name);
        }

        bool WriteError(IBufferWriter<byte> output, Exception exception)
        {
            var error = EdgeErrors.From(exception);
            EventStreamWriter.WriteFrame(output,
                JsonSerializer.SerializeToUtf8Bytes(new { error.Status, Detail = error.Message, error.Code }, json.Value.SerializerOptions), eventName: "error");
            return true;
        }
    }

    // It ends after a while, so that whoever listens on has to show again who they are, and when this replica stops.
    private static async IAsyncEnumerable<ConversationEvent> ReadAsync(
        Conversations.ConversationsClient conversations, TimeSpan longest, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(longest, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        using var call = conversations.Watch(new WatchRequest(), cancellationToken: either.Token);
        while (await MoveNextAsync(call.ResponseStream, over.Token, either.Token))
            yield return call.ResponseStream.Current;
    }

    private static async Task<bool> MoveNextAsync(IAsyncStreamReader<ConversationEvent> events, CancellationToken over, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNext(cancellationToken);
        }
        catch (Exception exception) when (over.IsCancellationRequested && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return false;
        }
    }

    private static (string Name, object Data) ViewOf(ConversationEvent change) => change.EventCase switch
    {
        ConversationEvent.EventOneofCase.Conversation => ("conversation", ConversationView.From(change.Conversation)),
        ConversationEvent.EventOneofCase.DeletedId => ("deleted", new { Id = change.DeletedId }),
        _ => ("everything", new { }),
    };
}
