using System.Diagnostics;

namespace ChatApp.Hosting.Processes;

internal sealed class WindowsChildProcess : ChildProcess
{
    public WindowsChildProcess(ProcessSpec spec, Action<string> onLine)
    {
        var start = new ProcessStartInfo(spec.FileName, spec.Arguments)
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true;
        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Emit(line.Data);
        process.ErrorDataReceived += (_, line) => Emit(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (spec.RedirectInput)
            Input = process.StandardInput.BaseStream;
        else
            process.StandardInput.Close();

        Id = process.Id;
        Exited = WaitAsync(process);

        void Emit(string? line)
        {
            if (line is not null)
                onLine(line);
        }
    }

    public override int Id { get; }

    public override Task<int> Exited { get; }

    private static async Task<int> WaitAsync(Process process)
    {
        using (process)
        {
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
    }
}
