using System.Runtime.CompilerServices;
using ChatApp.Api.Settings;
using ChatApp.Api.Streaming;
using ChatApp.Orchestrator.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Chats;

/// <summary>What becomes of the caller's conversations, as it happens: events <c>conversation</c>, <c>deleted</c>, <c>everything</c>.</summary>
internal static class ConversationChangesApi
{
    public static Task WatchAsync(
        HttpContext context, Conversations.ConversationsClient conversations, EventStreams streams, IOptions<EdgeOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var changes = ReadAsync(conversations, TimeSpan.FromSeconds(options.Value.WatchSeconds), time, lifetime.ApplicationStopping, context.RequestAborted);
        return streams.WriteEventsAsync(context, changes, ViewOf);
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

    private static NamedEvent ViewOf(ConversationEvent change) => change.EventCase switch
    {
        ConversationEvent.EventOneofCase.Conversation => new("conversation", ConversationView.From(change.Conversation)),
        ConversationEvent.EventOneofCase.DeletedId => new("deleted", new { Id = change.DeletedId }),
        _ => new("everything", new { }),
    };
}
