namespace ChatApp.Hosting.Running;

/// <summary>How long a crashed process rests before it is started again.</summary>
internal static class RestartDelay
{
    /// <summary>A process that has run this long starts over with short delays.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    /// <summary>0.25 s, 0.5 s, 1 s... up to the longest.</summary>
    /// <param name="crashes">Crashes in a row, from 1.</param>
    /// <param name="longest">As <see cref="HostingOptions.LongestRestartDelay"/>.</param>
    public static TimeSpan After(int crashes, TimeSpan longest)
    {
        var doubled = First * Math.Pow(2, Math.Min(crashes - 1, 16));
        return doubled < longest ? doubled : longest;
    }
}
