using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.AppHost;

/// <summary>The AppHost as a person starts it, in a process of its own.</summary>
[Platform("Linux", Reason = "reads /proc")]
public sealed class AppHostProcessTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    [Test]
    public async Task Neither_SIGTERM_nor_a_kill_leaves_a_process_behind_and_the_data_is_clean_after_both()
    {
        using var folder = new TemporaryFolder();
        var killed = new AppHostProcess(folder);
        await killed.SaysAsync("Ready after");
        var family = ProcessTree.Descendants(killed.Id).Concat(ProcessTree.SpeakingOf(folder.Path)).ToHashSet();
        family.Count.ShouldBeGreaterThan(3);

        killed.Signal("KILL");

        await Eventually.HoldsAsync(() => !family.Any(ProcessTree.IsAlive) && ProcessTree.SpeakingOf(folder.Path).Count == 0, "nothing is left", s_patience);
        var restarted = new AppHostProcess(folder);
        await restarted.SaysAsync("Ready after");
        family = [.. ProcessTree.Descendants(restarted.Id), .. ProcessTree.SpeakingOf(folder.Path)];

        restarted.Signal("TERM");

        (await restarted.ExitCodeAsync(s_patience)).ShouldBe(0);
        await Eventually.HoldsAsync(() => !family.Any(ProcessTree.IsAlive) && ProcessTree.SpeakingOf(folder.Path).Count == 0, "nothing is left", s_patience);
        restarted.Output.ShouldContain("http://localhost:");
        restarted.Output.ShouldContain("/login?t=");
        (await ControlAsync(folder)).ShouldContain("shut down");
    }

    [TestCase("PG_VERSION", "9\n", "PostgreSQL 9")]
    [TestCase("base/1", "", "damaged")]
    public async Task Wrong_data_ends_the_start_with_one_message_and_nothing_running(string file, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File($"volumes/postgres-data/{file}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content);
        var process = new AppHostProcess(folder);

        (await process.ExitCodeAsync(s_patience)).ShouldBe(1);

        process.Output.Trim().Split('\n').Length.ShouldBe(1, process.Output);
        process.Output.ShouldContain(expected);
        process.Output.ShouldContain("--reset");
        ProcessTree.SpeakingOf(folder.Path).ShouldBeEmpty();
    }

    [TestCase("--Stores=Cellar", "Stores")]
    [TestCase("--Replicas:Api=many", "Replicas:Api")]
    public async Task A_setting_of_the_wrong_kind_is_named_and_nothing_starts(string argument, string setting)
    {
        using var folder = new TemporaryFolder();
        var process = new AppHostProcess(folder, argument);

        (await process.ExitCodeAsync(s_patience)).ShouldBe(1);

        process.Output.Trim().Split('\n').Length.ShouldBe(1, process.Output);
        process.Output.ShouldContain($"'{setting}'");
        ProcessTree.SpeakingOf(folder.Path).ShouldBeEmpty();
    }

    [Test]
    public async Task A_store_that_cannot_start_ends_the_product_with_its_last_words()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("volumes/postgres-data");
        Directory.CreateDirectory(Path.Combine(data, "base"));
        var major = ChatApp.AppHost.Local.Postgres.PostgresBinaries.Installed()[0].Major;
        await File.WriteAllTextAsync(Path.Combine(data, "PG_VERSION"), $"{major}\n");
        var process = new AppHostProcess(folder);

        (await process.ExitCodeAsync(s_patience)).ShouldBe(1);

        process.Output.ShouldContain("postgres did not start");
        process.Output.ShouldContain("--reset");
        await Eventually.HoldsAsync(() => ProcessTree.SpeakingOf(folder.Path).Count == 0, "nothing is left", s_patience);
    }

    private static async Task<string> ControlAsync(TemporaryFolder folder)
    {
        var binaries = ChatApp.AppHost.Local.Postgres.PostgresBinaries.Installed()[0];
        using var process = Process.Start(new ProcessStartInfo(binaries.Program("pg_controldata"), [folder.File("volumes/postgres-data")]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Split('\n').First(line => line.StartsWith("Database cluster state", StringComparison.Ordinal));
    }

    private sealed class AppHostProcess
    {
        private readonly Process _process;
        private readonly StringBuilder _output = new();

        public AppHostProcess(TemporaryFolder folder, params string[] more)
        {
            var project = Projects.ChatApp_AppHost.ProjectPath;
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            var assembly = Path.Combine(project, "bin", output.Parent!.Name, output.Name, "ChatApp.AppHost.dll");
            string[] arguments = [assembly, $"--State={folder.Path}", $"--Ports:Web={FreePort.Next()}", $"--Ports:Api={FreePort.Next()}", $"--Ports:Dashboard={FreePort.Next()}", .. more];
            _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.OutputDataReceived += Add;
            _process.ErrorDataReceived += Add;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public int Id => _process.Id;

        public string Output
        {
            get
            {
                lock (_output)
                    return _output.ToString();
            }
        }

        public async Task SaysAsync(string text)
        {
            await Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, text, s_patience);
            Output.ShouldContain(text);
        }

        public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{Id}"]).WaitForExit();

        public async Task<int> ExitCodeAsync(TimeSpan patience)
        {
            using var soon = new CancellationTokenSource(patience);
            try
            {
                await _process.WaitForExitAsync(soon.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                throw new AssertionException($"The AppHost did not end:\n{Output}");
            }

            return _process.ExitCode;
        }

        private void Add(object sender, DataReceivedEventArgs line)
        {
            lock (_output)
            {
                if (line.Data is not null)
                    _output.Append(line.Data).Append('\n');
            }
        }

    }
}
