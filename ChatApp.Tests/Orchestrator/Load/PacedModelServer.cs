using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Orchestrator.Load;

/// <summary>
/// An upstream that streams many answers at an exact pace and costs as little as one can: sockets and one thread that writes
/// whatever is due. Word n of an answer is <c>n@timestamp </c>, the moment of its writing; an answer that is continued goes
/// on after the words that it has.
/// </summary>
internal sealed class PacedModelServer : IAsyncDisposable
{
    public const string Model = "paced";

    private const int LongestRequest = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Answer> _answers = [];
    private readonly List<double> _lateness = [];
    private readonly TimeSpan _pace;
    private readonly Thread _writing;
    private readonly Task _accepting;

    private PacedModelServer(TimeSpan pace)
    {
        _pace = pace;
        _listener.Start(2048);
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
        _writing = new Thread(WriteWhatIsDue) { IsBackground = true, Name = "upstream" };
        _writing.Start();
    }

    public string Url { get; }

    /// <param name="pace">The time from one word of an answer to the next.</param>
    public static PacedModelServer Start(TimeSpan pace) => new(pace);

    /// <summary>By how many ms words were written later than the pace asks, since it was asked last.</summary>
    public List<double> TakeLateness()
    {
        lock (_gate)
        {
            List<double> taken = [.. _lateness];
            _lateness.Clear();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _writing.Join();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        connection.NoDelay = true;
        var buffer = new byte[LongestRequest];
        var length = 0;
        try
        {
            while (true)
            {
                int head;
                while ((head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
                    length += await ReceiveAsync(connection, buffer.AsMemory(length));
                var headers = Encoding.ASCII.GetString(buffer, 0, head);
                var body = head + 4;
                var end = body + ContentLength(headers);
                while (length < end)
                    length += await ReceiveAsync(connection, buffer.AsMemory(length));
                await AnswerAsync(connection, headers, buffer.AsMemory(body, end - body));
                buffer.AsSpan(end, length - end).CopyTo(buffer);
                length -= end;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or EndOfStreamException or ObjectDisposedException)
        {
            // The client closed the connection, or the test is over.
        }
    }

    private async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer) =>
        await socket.ReceiveAsync(buffer, _stop.Token) is > 0 and var count ? count : throw new EndOfStreamException();

    private static int ContentLength(string headers)
    {
        var line = headers.Split("\r\n").FirstOrDefault(line => line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan("content-length:".Length), CultureInfo.InvariantCulture);
    }

    private async Task AnswerAsync(Socket socket, string headers, ReadOnlyMemory<byte> body)
    {
        if (headers.StartsWith("GET", StringComparison.Ordinal))
        {
            Reply(socket, $$"""{"object":"list","data":[{"id":"{{Model}}","object":"model","owned_by":"tests","max_model_len":8192}]}""");
            return;
        }

        using var request = JsonDocument.Parse(body);
        if (headers.StartsWith("POST /tokenize", StringComparison.Ordinal))
        {
            Reply(socket, """{"count":7,"max_model_len":8192,"tokens":[]}""");
            return;
        }

        var messages = request.RootElement.GetProperty("messages");
        var last = messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!;
        var isContinued = request.RootElement.TryGetProperty("continue_final_message", out var flag) && flag.GetBoolean();
        var asked = isContinued ? messages[messages.GetArrayLength() - 2].GetProperty("content").GetString()! : last;
        var answer = new Answer(socket, isContinued ? Words(last) : 0, int.Parse(asked.Split(' ')[0], CultureInfo.InvariantCulture), Stopwatch.GetTimestamp());
        socket.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8);
        lock (_gate)
            _answers.Add(answer);
        await answer.Written.Task;
    }

    private static int Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private static void Reply(Socket socket, string json) => socket.Send(Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));

    private void WriteWhatIsDue()
    {
        Span<byte> buffer = stackalloc byte[512];
        while (!_stop.IsCancellationRequested)
        {
            Thread.Sleep(1);
            lock (_gate)
            {
                for (var i = _answers.Count - 1; i >= 0; i--)
                {
                    if (!TryWrite(_answers[i], buffer))
                        _answers.RemoveAt(i);
                }
            }
        }
    }

    /// <returns>False once the answer is whole or nobody reads it any more.</returns>
    private bool TryWrite(Answer answer, Span<byte> buffer)
    {
        try
        {
            // A word that was missed is made up for: the pace is the model's and nobody's who reads.
            while (Stopwatch.GetElapsedTime(answer.Began) is var now && now >= _pace * (answer.Sent + 1))
            {
                if (answer.Before + answer.Sent == answer.Words)
                {
                    answer.Socket.Send(End(answer.Sent));
                    answer.Written.TrySetResult();
                    return false;
                }

                answer.Sent++;
                _lateness.Add((now - (_pace * answer.Sent)).TotalMilliseconds);
                answer.Socket.Send(buffer[..Chunk(buffer, answer.Before + answer.Sent)]);
            }

            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            answer.Written.TrySetResult();
            return false;
        }
    }

    private static int Chunk(Span<byte> buffer, int word)
    {
        // The size of an HTTP chunk in hexadecimal digits of a fixed number, filled in at the end.
        var length = 6;
        Add(buffer, ref length, "data: {\"id\":\"chatcmpl-paced\",\"object\":\"chat.completion.chunk\",\"model\":\"paced\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8);
        Utf8Formatter.TryFormat(word, buffer[length..], out var written);
        length += written;
        buffer[length++] = (byte)'@';
        Utf8Formatter.TryFormat(Stopwatch.GetTimestamp(), buffer[length..], out written);
        length += written;
        Add(buffer, ref length, " \"},\"finish_reason\":null}]}\n\n"u8);
        Utf8Formatter.TryFormat(length - 6, buffer, out _, new System.Buffers.StandardFormat('X', 4));
        "\r\n"u8.CopyTo(buffer[4..]);
        Add(buffer, ref length, "\r\n"u8);
        return length;
    }

    private static void Add(Span<byte> buffer, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer[length..]);
        length += text.Length;
    }

    private static byte[] End(int sent)
    {
        var text = $$$"""
            data: {"id":"chatcmpl-paced","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"chatcmpl-paced","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":{{{sent}}},"total_tokens":{{{sent + 7}}}}}

            data: [DONE]


            """;
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text.Length:X}\r\n{text}\r\n0\r\n\r\n"));
    }

    private sealed class Answer(Socket socket, int before, int words, long began)
    {
        public Socket Socket { get; } = socket;
        public int Before { get; } = before;
        public int Words { get; } = words;
        public long Began { get; } = began;
        public int Sent { get; set; }
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
