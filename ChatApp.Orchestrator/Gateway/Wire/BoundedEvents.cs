namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>
/// A stream of server-sent events that ends with an error when one event grows too long: a parser has to keep an event
/// until its blank line, and a server that never sends one would fill the memory.
/// </summary>
internal sealed class BoundedEvents(Stream inner, int longest) : Stream
{
    private int _length;
    private bool _lineIsEmpty = true;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        Watch(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Watch(buffer.AsSpan(offset, read));
        return read;
    }

    public override void Flush() => inner.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Watch(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            _length++;
            if (b == (byte)'\n')
            {
                if (_lineIsEmpty)
                    _length = 0;
                _lineIsEmpty = true;
            }
            else if (b != (byte)'\r')
            {
                _lineIsEmpty = false;
            }
        }

        if (_length > longest)
            throw new InvalidDataException($"An event longer than {longest} bytes.");
    }
}
