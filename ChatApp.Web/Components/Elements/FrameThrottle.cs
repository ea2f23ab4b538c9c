namespace ChatApp.Web.Components.Elements;

/// <summary>
/// Draws at most once in 40 ms, and always once more after the last request: tokens arrive faster than a page needs
/// drawing, and each drawing is a message to the browser.
/// </summary>
internal sealed class FrameThrottle(Func<Task> draw, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(40);
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private bool _requested;
    private bool _looping;
    private Task _loop = Task.CompletedTask;

    public void Request()
    {
        lock (_lock)
        {
            if (_gone.IsCancellationRequested)
                return;
            _requested = true;
            if (_looping)
                return;
            _looping = true;
            _loop = LoopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _loop;
        _gone.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                lock (_lock)
                {
                    if (!_requested)
                    {
                        _looping = false;
                        return;
                    }

                    _requested = false;
                }

                await draw();
                await Task.Delay(Frame, time, _gone.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (ObjectDisposedException)
        {
            // The page went while it was being drawn.
        }
    }
}
