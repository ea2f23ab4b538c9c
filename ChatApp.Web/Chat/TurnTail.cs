using ChatApp.Web.Api;
using ChatApp.Web.Logging;
using ChatApp.Web.Turns;

namespace ChatApp.Web.Chat;

/// <summary>
/// Keeps a viewer on a turn until its last event: a lost stream is taken up after the last event seen, with growing
/// pauses. A turn that was never confirmed is sent again under the same request id, which starts it at most once.
/// </summary>
internal sealed class TurnTail(TurnsClient turns, TimeProvider time, ILogger<TurnTail> logger)
{
    private const int MaxAttemptsToStart = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    /// <param name="changed">Told after each event, and with <c>lost</c> when the stream is being taken up again.</param>
    public async Task RunAsync(TurnFold fold, StartTurn? start, Action<bool> changed, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var events = fold.TurnId is { } turnId
                    ? turns.ResumeAsync(turnId, fold.LastNumber, cancellationToken)
                    : turns.StartAsync(start!, cancellationToken);
                await foreach (var turnEvent in events)
                {
                    fold.Apply(turnEvent);
                    attempt = 1;
                    changed(false);
                    if (fold.Ended)
                        return;
                }
            }
            catch (ApiException exception) when (start is { Temporary: true } && (fold.Started || !exception.Transient))
            {
                // Nobody keeps its events: what was lost cannot be taken up.
                fold.Fail(new TurnError(exception.Code, Message: exception.Message));
                changed(false);
                return;
            }
            catch (ApiException exception) when (!exception.Transient || (!fold.Started && fold.TurnId is null && attempt >= MaxAttemptsToStart))
            {
                fold.Fail(new TurnError(exception.Code, Message: exception.Message));
                changed(false);
                return;
            }
            catch (Exception exception) when (exception is ApiException or InvalidOperationException)
            {
                // Lost on the way, or an event is missing: taken up again below.
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (start is { Temporary: true } && fold.Started)
            {
                fold.Fail(new TurnError("stream_lost"));
                changed(false);
                return;
            }

            logger.StreamLost(fold.TurnId, fold.LastNumber, attempt);
            changed(true);
            var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 6));
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
        }
    }
}
