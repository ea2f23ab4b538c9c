using System.Globalization;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.State;

namespace ChatApp.Hosting.Guarding;

/// <summary>
/// Outlives an AppHost that was killed. It reads which processes the AppHost has started from its standard input; when that
/// ends it stops those that still run, services first, stores after them, and by force what does not drain in time.
/// </summary>
internal static class Guard
{
    public const string Command = "guard";

    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static string Add(int processId, long start, ProcessSpec spec) =>
        string.Create(CultureInfo.InvariantCulture, $"+ {processId} {start} {spec.StopStage} {(int)spec.StopSignal}");

    public static string Remove(int processId) => string.Create(CultureInfo.InvariantCulture, $"- {processId}");

    /// <param name="lockFile">Held until all is stopped, so that the next AppHost of the checkout waits for that.</param>
    /// <param name="commands">What <see cref="Add"/> and <see cref="Remove"/> made, a line each.</param>
    /// <param name="grace">How long each stage may drain.</param>
    public static async Task<int> RunAsync(string lockFile, TextReader commands, TimeSpan grace)
    {
        await using var held = StateLock.TryOpen(lockFile);
        Dictionary<int, Guarded> processes = [];
        while (await commands.ReadLineAsync() is { } line)
            Apply(line, processes);

        foreach (var stage in processes.Values.GroupBy(process => process.Stage).OrderByDescending(stage => stage.Key))
            await StopAsync([.. stage], grace);
        return 0;
    }

    private static void Apply(string line, Dictionary<int, Guarded> processes)
    {
        switch (line.Split(' '))
        {
            case ["+", var id, var start, var stage, var signal]:
                var guarded = new Guarded(Number(id), long.Parse(start, CultureInfo.InvariantCulture), Number(stage), (StopSignal)Number(signal));
                processes[guarded.Id] = guarded;
                break;
            case ["-", var id]:
                processes.Remove(Number(id));
                break;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task StopAsync(Guarded[] processes, TimeSpan grace)
    {
        foreach (var process in processes.Where(process => process.IsAlive))
            ProcessSignals.Send(process.Id, process.Signal);

        var started = TimeProvider.System.GetTimestamp();
        while (processes.Any(process => process.IsAlive) && TimeProvider.System.GetElapsedTime(started) < grace)
            await Task.Delay(Poll);
        foreach (var process in processes.Where(process => process.IsAlive))
            ProcessSignals.KillTree(process.Id);
    }

    private sealed record Guarded(int Id, long Start, int Stage, StopSignal Signal)
    {
        public bool IsAlive => ProcessIdentity.IsAlive(Id, Start);
    }
}
