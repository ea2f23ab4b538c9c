using ChatApp.Hosting.Guarding;
using ChatApp.Hosting.Processes;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
[Platform(Exclude = "Win", Reason = "needs a POSIX shell")]
public sealed class GuardTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    [Test]
    public async Task At_the_end_of_its_input_it_stops_what_still_runs()
    {
        using var folder = new TemporaryFolder();
        var (process, spec) = StartScript("exec sleep 100");

        await Guard.RunAsync(folder.File("lock"), Lines(Guard.Add(process.Id, ProcessIdentity.StartOf(process.Id)!.Value, spec)), Grace);

        (await process.Exited.WaitAsync(Patience)).ShouldBe(128 + 15);
    }

    [Test]
    public async Task It_kills_what_does_not_drain()
    {
        using var folder = new TemporaryFolder();
        List<string> output = [];
        var (process, spec) = StartScript("trap '' TERM; echo ready; while :; do sleep 0.05; done", output);
        await EventuallyAsync(() => output.Contains("ready"), "the script's trap");

        await Guard.RunAsync(folder.File("lock"), Lines(Guard.Add(process.Id, ProcessIdentity.StartOf(process.Id)!.Value, spec)), Grace);

        (await process.Exited.WaitAsync(Patience)).ShouldBe(128 + 9);
    }

    [Test]
    public async Task It_leaves_alone_what_was_deregistered_and_what_only_has_the_same_number()
    {
        using var folder = new TemporaryFolder();
        var (first, spec) = StartScript("exec sleep 100");
        var (second, _) = StartScript("exec sleep 100");
        try
        {
            await Guard.RunAsync(
                folder.File("lock"),
                Lines(
                    Guard.Add(first.Id, ProcessIdentity.StartOf(first.Id)!.Value, spec),
                    Guard.Remove(first.Id),
                    Guard.Add(second.Id, ProcessIdentity.StartOf(second.Id)!.Value - 1, spec)),
                Grace);

            first.Exited.IsCompleted.ShouldBeFalse();
            second.Exited.IsCompleted.ShouldBeFalse();
        }
        finally
        {
            ProcessSignals.KillTree(first.Id);
            ProcessSignals.KillTree(second.Id);
        }
    }

    [Test]
    public async Task It_stops_services_before_stores()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("stopped");
        List<string> output = [];
        var (store, storeSpec) = StartScript($"trap 'echo store >> {file}; exit 0' TERM; echo ready; while :; do sleep 0.02; done", output);
        var (service, serviceSpec) = StartScript($"trap 'sleep 0.2; echo service >> {file}; exit 0' TERM; echo ready; while :; do sleep 0.02; done", output);
        await EventuallyAsync(() => output.Count == 2, "the scripts' traps");

        await Guard.RunAsync(
            folder.File("lock"),
            Lines(
                Guard.Add(store.Id, ProcessIdentity.StartOf(store.Id)!.Value, storeSpec with { StopStage = 1 }),
                Guard.Add(service.Id, ProcessIdentity.StartOf(service.Id)!.Value, serviceSpec with { StopStage = 2 })),
            TimeSpan.FromSeconds(10));

        (await File.ReadAllLinesAsync(file)).ShouldBe(["service", "store"]);
    }

    private static StringReader Lines(params string[] lines) => new(string.Join('\n', lines));

    private static (ChildProcess Process, ProcessSpec Spec) StartScript(string script, List<string>? output = null)
    {
        var spec = new ProcessSpec
        {
            FileName = "/bin/sh",
            Arguments = ["-c", script],
            WorkingDirectory = Path.GetTempPath(),
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
        };
        return (ChildProcess.Start(spec, line => { lock (output ?? []) output?.Add(line); }), spec);
    }
}
