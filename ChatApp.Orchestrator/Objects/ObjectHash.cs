namespace ChatApp.Orchestrator.Objects;

/// <summary>What bytes are found by: their SHA-256.</summary>
public readonly record struct ObjectHash
{
    private const int Length = 32;

    private readonly byte[] _bytes;

    /// <param name="bytes">The 32 bytes of a SHA-256.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public ObjectHash(byte[] bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A SHA-256 has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _bytes = bytes;
    }

    /// <summary>As the database keeps it.</summary>
    public byte[] ToBytes() => _bytes;

    /// <summary>Hexadecimal, in small letters.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <inheritdoc/>
    public bool Equals(ObjectHash other) => _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    /// <summary>A hash as <see cref="ToString"/> wrote it, or null.</summary>
    public static ObjectHash? TryParse(string text)
    {
        var bytes = new byte[Length];
        return text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == Length ? new ObjectHash(bytes) : null;
    }
}
