using System.Diagnostics;

namespace ChatApp.AppHost.Local;

/// <summary>What a program said that has ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static async Task<ProgramRun> RunAsync(ProcessStartInfo program, CancellationToken cancellationToken)
    {
        (program.RedirectStandardOutput, program.RedirectStandardError) = (true, true);
        using var process = Process.Start(program)!;
        await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ProgramRun(process.ExitCode, output, await errors);
    }

    /// <summary>While the model is built, which knows no waiting.</summary>
    /// <exception cref="OperationCanceledException">It took longer than it may.</exception>
    public static ProgramRun Run(TimeSpan limit, string program, params string[] arguments) => Run(limit, new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="Run(TimeSpan, string, string[])"/>
    public static ProgramRun Run(TimeSpan limit, ProcessStartInfo program)
    {
        using var ending = new CancellationTokenSource(limit);
        return Task.Run(() => RunAsync(program, ending.Token), CancellationToken.None).GetAwaiter().GetResult();
    }
}
