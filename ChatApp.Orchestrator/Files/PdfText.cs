using System.Diagnostics;
using System.Globalization;
using System.Text;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// The text of a PDF, read by a process that is given so much time and memory and nothing of this one's environment: what a
/// stranger's document does to its parser is not this service's end.
/// </summary>
internal sealed class PdfText(IOptions<FileOptions> options, TimeProvider time, ILogger<PdfText> logger)
{
    /// <summary>What the edge calls a PDF.</summary>
    public const string MediaType = "application/pdf";

    /// <summary>What a runtime needs to start; connection strings and keys are not among it.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64"];

    private readonly FairPlaces _places = new(options.Value.PdfReaders);

    /// <summary>The text, each page under a line with its number; ends in <c>[...]</c> where something was left out.</summary>
    /// <exception cref="RefusedException">It cannot be read, or holds no text.</exception>
    /// <param name="owner">Whose it is: users take turns.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<string> ReadAsync(string owner, IAsyncEnumerable<byte[]> content, CancellationToken cancellationToken)
    {
        using var place = await _places.EnterAsync(owner, cancellationToken);
        var (outcome, text) = await RunAsync(content, cancellationToken);
        return outcome switch
        {
            PdfOutcome.Whole when text.Length > 0 => text,
            PdfOutcome.Cut or PdfOutcome.TooLong when text.Length > 0 => text + "\n[...]\n",
            PdfOutcome.Whole or PdfOutcome.Cut => throw Refused("pdf_without_text", "This PDF holds no text, as scanned pages do; send it as text, or its pages as images."),
            PdfOutcome.Encrypted => throw Refused("pdf_encrypted", "This PDF is locked with a password; send one that is not."),
            PdfOutcome.TooLong => throw Refused("pdf_too_complex", $"This PDF takes longer than {options.Value.PdfTimeout.TotalSeconds} s to read; send a part of it, or its text."),
            _ => throw Refused("pdf_unreadable", "This PDF is damaged, or more than can be read here; save it anew, or send its text."),
        };
    }

    private static RefusedException Refused(string code, string message) => new(Refusal.Invalid, code, message) { Param = "file" };

    private async Task<(PdfOutcome Outcome, string Text)> RunAsync(IAsyncEnumerable<byte[]> content, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.Value.PdfTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var process = Process.Start(StartInfo())!;
        // A pipe that nobody reads cannot be left in any other way.
        using var killing = either.Token.Register(static running => Kill((Process)running!), process);
        var text = new StringBuilder();
        try
        {
            // What a runtime says at its death may be long, and is of no use.
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var reading = ReadAsync(process.StandardOutput, text, either.Token);
            await WriteAsync(process.StandardInput, content, either.Token);
            await reading;
            await process.WaitForExitAsync(either.Token);
            Log.PdfRead(logger, process.ExitCode, text.Length);
            return ((PdfOutcome)process.ExitCode, text.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (PdfOutcome.TooLong, text.ToString());
        }
        finally
        {
            Kill(process);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private async Task ReadAsync(StreamReader output, StringBuilder text, CancellationToken cancellationToken)
    {
        var buffer = new char[16 * 1024];
        int read;
        // It is told how much it may write, and not trusted to keep to it.
        while (text.Length <= options.Value.MostTextBytes && (read = await output.ReadAsync(buffer, cancellationToken)) > 0)
            text.Append(buffer, 0, read);
    }

    private static async Task WriteAsync(StreamWriter input, IAsyncEnumerable<byte[]> content, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var piece in content.WithCancellation(cancellationToken))
                await input.BaseStream.WriteAsync(piece, cancellationToken);
            input.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code says why.
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var limits = options.Value;
        var assembly = typeof(PdfText).Assembly;
        var host = Environment.ProcessPath;
        string[] arguments =
        [
            PdfReader.Command, limits.MostPdfPages.ToString(CultureInfo.InvariantCulture), limits.MostTextBytes.ToString(CultureInfo.InvariantCulture),
            Math.Ceiling(limits.PdfTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        ];
        var start = Path.GetFileNameWithoutExtension(host) == assembly.GetName().Name
            ? new ProcessStartInfo(host!, arguments)
            : new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", [assembly.Location, .. arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = limits.PdfMemoryBytes.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }
}

/// <summary>How reading a PDF ended: the exit code of the process that did it. Any other code: it died.</summary>
internal enum PdfOutcome
{
    Whole = 0,

    /// <summary>There is more, past the limits of pages or characters.</summary>
    Cut = 10,
    Encrypted = 11,
    Unreadable = 12,
    TooLong = 13,
}
