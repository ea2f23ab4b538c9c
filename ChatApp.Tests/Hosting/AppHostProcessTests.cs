using System.Diagnostics;
using ChatApp.Hosting.Processes;
using ChatApp.Hosting.Proxying;
using ChatApp.Hosting.State;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

/// <summary>The AppHost as a person starts it, in a process of its own.</summary>
[Platform("Linux", Reason = "reads /proc")]
public sealed class AppHostProcessTests
{
    [Test]
    public async Task Neither_SIGTERM_nor_a_kill_leaves_a_process_behind_and_the_data_survives_both()
    {
        using var folder = new TemporaryFolder();
        HashSet<int> family;
        await using (var killed = new AppHostProcess(folder))
        {
            await killed.SaysAsync("chatdb", "ready");
            await killed.SaysAsync("redis", "ready");
            await killed.SaysAsync("web", "starting");
            family = killed.Descendants();
            family.Count.ShouldBeGreaterThan(5);

            ProcessSignals.Send(killed.Id, StopSignal.Kill);

            await EventuallyAsync(() => !family.Any(IsAlive), "the guard has stopped every child");
        }

        await using var restarted = new AppHostProcess(folder);
        await restarted.SaysAsync("chatdb", "ready");
        family = restarted.Descendants();

        ProcessSignals.Send(restarted.Id, StopSignal.Terminate);

        (await restarted.Exited.WaitAsync(Patience)).ShouldBe(0);
        family.ShouldNotContain(id => IsAlive(id));
        restarted.Lines.Count(line => line.Contains("postgres") && line.EndsWith("exited", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static bool IsAlive(int id) => ProcessIdentity.StartOf(id) is not null;

    private sealed class AppHostProcess : IAsyncDisposable
    {
        private readonly ChildProcess _process;
        private readonly List<string> _lines = [];

        public AppHostProcess(TemporaryFolder folder)
        {
            var variables = new Dictionary<string, string>();
            foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
                variables[(string)variable.Key] = (string)variable.Value!;
            var spec = new ProcessSpec
            {
                FileName = DotNetHost.Path,
                Arguments =
                [
                    Projects.ChatApp_AppHost.TargetPath,
                    $"--{StateDirectory.ConfigurationKey}={folder.Path}",
                    $"--Ports:Web={FreePorts.Take()}", $"--Ports:Api={FreePorts.Take()}", $"--Ports:Dashboard={FreePorts.Take()}",
                ],
                WorkingDirectory = folder.Path,
                Environment = variables,
            };
            _process = ChildProcess.Start(spec, Add);
        }

        public int Id => _process.Id;

        public Task<int> Exited => _process.Exited;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public async Task SaysAsync(string resource, string state)
        {
            try
            {
                await EventuallyAsync(() => Lines.Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "s", var name, var said, ..] && name == resource && said == state), $"{resource} {state}");
            }
            catch (AssertionException)
            {
                TestContext.Out.WriteLine(string.Join('\n', Lines));
                throw;
            }
        }

        /// <summary>All processes below this one.</summary>
        public HashSet<int> Descendants()
        {
            var parents = Process.GetProcesses().Select(process => process.Id).ToLookup(ParentOf);
            HashSet<int> found = [];
            Visit(Id);
            return found;

            void Visit(int id)
            {
                foreach (var child in parents[id].Where(found.Add))
                    Visit(child);
            }
        }

        public async ValueTask DisposeAsync()
        {
            ProcessSignals.KillTree(Id);
            await Exited;
        }

        private static int ParentOf(int id)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{id}/stat");
                return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return 0;
            }
        }

        private void Add(string line)
        {
            lock (_lines)
                _lines.Add(line);
        }
    }
}
