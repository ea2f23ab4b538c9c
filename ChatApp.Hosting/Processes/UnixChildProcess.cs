using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;

namespace ChatApp.Hosting.Processes;

/// <summary>A child made by <c>posix_spawn</c>, because <see cref="System.Diagnostics.Process"/> cannot give it a process group.</summary>
internal sealed class UnixChildProcess : ChildProcess
{
    private const int ThreadStack = 256 * 1024;
    private static readonly TimeSpan LongestLastWords = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UnixChildProcess(ProcessSpec spec, Action<string> onLine)
    {
        // Both ends are close-on-exec: no other child holds them open, so the end of this one is seen.
        var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var input = spec.RedirectInput ? new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None) : null;
        try
        {
            Id = Spawn(spec, input?.ClientSafePipeHandle, output.ClientSafePipeHandle);
        }
        catch
        {
            output.Dispose();
            input?.Dispose();
            throw;
        }
        finally
        {
            output.DisposeLocalCopyOfClientHandle();
            input?.DisposeLocalCopyOfClientHandle();
        }

        Input = input;
        // Blocking reads and waits on threads of their own: they must not take the pool's two.
        var reading = Run($"output of {Id}", () => ReadLines(output, onLine));
        Run($"exit of {Id}", () => WaitForExit(reading));
    }

    public override int Id { get; }

    public override Task<int> Exited => _exited.Task;

    private static Thread Run(string name, Action body)
    {
        var thread = new Thread(() => body(), ThreadStack) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private static void ReadLines(AnonymousPipeServerStream output, Action<string> onLine)
    {
        using var reader = new StreamReader(output, Encoding.UTF8);
        try
        {
            while (reader.ReadLine() is { } line)
                onLine(line);
        }
        catch (IOException)
        {
            // The pipe broke with the process; its exit is reported elsewhere.
        }
    }

    private void WaitForExit(Thread reading)
    {
        int status;
        while (UnixCalls.WaitPid(Id, out status, 0) == -1)
        {
            if (Marshal.GetLastPInvokeError() == UnixCalls.Eintr)
                continue;
            // Someone else reaped it, which happens where SIGCHLD is ignored; the code is lost.
            _exited.TrySetResult(-1);
            return;
        }

        // What it said last is part of why it ended. A child of its own that lives on may hold the pipe open: the wait is bounded.
        reading.Join(LongestLastWords);
        var signal = status & 0x7f;
        _exited.TrySetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
    }

    private static unsafe int Spawn(ProcessSpec spec, SafeHandle? input, SafeHandle output)
    {
        const int ReadOnly = 0;
        byte* actions = stackalloc byte[UnixCalls.OpaqueSize];
        byte* attributes = stackalloc byte[UnixCalls.OpaqueSize];
        byte* signals = stackalloc byte[UnixCalls.OpaqueSize];
        Check(UnixCalls.InitFileActions(actions), spec);
        Check(UnixCalls.InitAttributes(attributes), spec);
        using var arguments = new NativeStrings([spec.FileName, .. spec.Arguments]);
        using var environment = new NativeStrings([.. spec.Environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        try
        {
            if (input is null)
                Check(UnixCalls.AddOpen(actions, 0, "/dev/null", ReadOnly, 0), spec);
            else
                Check(UnixCalls.AddDuplicate(actions, (int)input.DangerousGetHandle(), 0), spec);
            Check(UnixCalls.AddDuplicate(actions, (int)output.DangerousGetHandle(), 1), spec);
            Check(UnixCalls.AddDuplicate(actions, (int)output.DangerousGetHandle(), 2), spec);
            Check(UnixCalls.AddChangeDirectory(actions, spec.WorkingDirectory), spec);

            // .NET ignores SIGPIPE, and a service manager may ignore others: the child starts with none ignored, none blocked.
            _ = UnixCalls.EmptySignalSet(signals);
            Check(UnixCalls.SetSignalMask(attributes, signals), spec);
            foreach (var signal in (ReadOnlySpan<int>)[1, 2, 3, 13, 15])
                _ = UnixCalls.AddSignal(signals, signal);
            Check(UnixCalls.SetSignalDefaults(attributes, signals), spec);
            Check(UnixCalls.SetProcessGroup(attributes, 0), spec);
            Check(UnixCalls.SetFlags(attributes, UnixCalls.SpawnSetProcessGroup | UnixCalls.SpawnSetSignalDefaults | UnixCalls.SpawnSetSignalMask), spec);

            Check(UnixCalls.Spawn(out var processId, spec.FileName, actions, attributes, arguments.Pointer, environment.Pointer), spec);
            return processId;
        }
        finally
        {
            _ = UnixCalls.DestroyFileActions(actions);
            _ = UnixCalls.DestroyAttributes(attributes);
        }
    }

    private static void Check(int error, ProcessSpec spec)
    {
        if (error != 0)
            throw new Win32Exception(error, $"Cannot start '{spec.FileName}' in '{spec.WorkingDirectory}': {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
