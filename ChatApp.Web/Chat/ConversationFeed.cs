using ChatApp.Web.Api;
using ChatApp.Web.Logging;

namespace ChatApp.Web.Chat;

/// <summary>
/// Keeps the list and the open conversation as they are at the Api, whichever tab, device or server changed them. A stream
/// that was lost is taken up again, and everything read anew then.
/// </summary>
internal sealed class ConversationFeed(
    ConversationsClient conversations, ConversationList list, ChatSession session, TimeProvider time, ILogger<ConversationFeed> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>The open conversation was deleted elsewhere.</summary>
    public event Func<Task>? Deleted;

    /// <summary>The session is over, here or on another device: nothing more is told to this page.</summary>
    public event Action? SessionEnded;

    /// <summary>Runs on the circuit's own synchronisation context, as all that it changes does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in conversations.WatchAsync(cancellationToken))
                {
                    pause = FirstPause;
                    await TakeAsync(change, cancellationToken);
                }
            }
            catch (ApiException exception)
            {
                logger.FeedLost(exception.Message);
                if (exception.Status == System.Net.HttpStatusCode.Unauthorized)
                {
                    if (exception.Code == ApiConnection.SessionEndedCode)
                        SessionEnded?.Invoke();
                    return;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await Task.Delay(pause, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task TakeAsync(ConversationEvent change, CancellationToken cancellationToken)
    {
        try
        {
            if (change.DeletedId is { } deleted)
            {
                list.Remove(deleted);
                if (deleted == session.View.Id && Deleted is { } handler)
                    await handler();
            }
            else if (change.Conversation is { } conversation)
            {
                list.Take(conversation);
                await session.TakeAsync(conversation);
            }
            else
            {
                await list.RefreshAsync(cancellationToken);
                if (session.View.Id is { } open)
                    await session.CatchUpAsync(list.Items.FirstOrDefault(item => item.Id == open));
            }
        }
        catch (ApiException exception)
        {
            // The list stays as it is; the next word or the next stream brings it up to date.
            logger.FeedLost(exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The person went to another conversation meanwhile.
        }
    }
}
