using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace ChatApp.Hosting.Reporting;

/// <summary>The console of one process: the newest lines in memory, all of this run's in a file.</summary>
internal sealed partial class ResourceLog(string? file) : IDisposable
{
    private const int Kept = 2000;
    private const int LongestLine = 16 * 1024;
    private const long LargestFile = 32L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private ImmutableArray<Channel<LogLine>> _watchers = [];
    private StreamWriter? _writer;
    private bool _completed;
    private int _number;

    public void Append(string content, bool isError = false)
    {
        if (content.Contains('\u001b'))
            content = Escapes().Replace(content, "");
        if (content.Length > LongestLine)
            content = content[..LongestLine] + " [cut]";
        lock (_gate)
        {
            if (_completed)
                return;
            var line = new LogLine(++_number, content, isError);
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
                _lines.Dequeue();
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(line);
            Write(content);
        }
    }

    /// <summary>The number that the next line gets.</summary>
    public int NextLine
    {
        get
        {
            lock (_gate)
                return _number + 1;
        }
    }

    /// <summary>The newest lines from a number on, oldest first.</summary>
    public IReadOnlyList<LogLine> Tail(int count, int from = 0)
    {
        lock (_gate)
            return [.. _lines.Where(line => line.LineNumber >= from).TakeLast(count)];
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Kept) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        IReadOnlyList<LogLine> known;
        lock (_gate)
        {
            known = [.. _lines];
            if (_completed)
                channel.Writer.TryComplete();
            else
                _watchers = _watchers.Add(channel);
        }

        try
        {
            if (known.Count > 0)
                yield return known;
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                List<LogLine> batch = [];
                while (channel.Reader.TryRead(out var line))
                    batch.Add(line);
                yield return batch;
            }
        }
        finally
        {
            lock (_gate)
                _watchers = _watchers.Remove(channel);
        }
    }

    /// <summary>Ends the log: watchers see its end, later lines are dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
            _writer?.Dispose();
            _writer = null;
        }
    }

    // Colours and cursor movements, meant for terminals.
    [GeneratedRegex(@"\x1b\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex Escapes();

    // A full or vanished disk must not stop the process whose words these are.
    private void Write(string content)
    {
        if (file is null)
            return;
        try
        {
            if (_number == 1)
                _writer = new StreamWriter(new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
            if (_writer is { BaseStream.Length: < LargestFile })
                _writer.WriteLine(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _writer = null;
        }
    }
}
