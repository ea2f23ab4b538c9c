namespace ChatApp.Tests;

/// <summary>Waits for what no event announces.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="AssertionException">It did not come to hold in time.</exception>
    public static async Task HoldsAsync(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        using var soon = new CancellationTokenSource(patience ?? s_patience);
        while (!condition())
        {
            if (soon.IsCancellationRequested)
                throw new AssertionException($"Not within {(patience ?? s_patience).TotalSeconds} s: {what}");
            await Task.Delay(s_pause, CancellationToken.None);
        }
    }
}
