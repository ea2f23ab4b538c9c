using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Inference.Models;

/// <summary>An ONNX file in memory, checked against its own sizes before ONNX Runtime sees it.</summary>
internal sealed class OnnxFile
{
    // Field numbers of onnx.proto.
    internal const int ModelGraph = 7;
    internal const int GraphNode = 1;
    internal const int GraphInitializer = 5;
    internal const int GraphInput = 11;

    private OnnxFile(string path, byte[] bytes, string hash, DateTimeOffset written)
    {
        Path = path;
        Bytes = bytes;
        Hash = hash;
        Written = written;
    }

    public string Path { get; }

    public byte[] Bytes { get; }

    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    public string Hash { get; }

    public DateTimeOffset Written { get; }

    /// <summary>Bytes of weights kept in files of their own.</summary>
    public long ExternalBytes { get; private set; }

    /// <exception cref="ModelLoadException">The file is missing, too large, broken, or refers outside its folder.</exception>
    public static OnnxFile Read(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new ModelLoadException($"'{path}' does not exist; genai_config.json names it as the decoder's file.");
        if (info.Length is 0 or > int.MaxValue - 4096)
            throw new ModelLoadException($"'{path}' has {info.Length} bytes; an ONNX file has 1 byte to 2 GiB (larger weights go to external data files).");

        var bytes = File.ReadAllBytes(path);
        var file = new OnnxFile(path, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero));
        try
        {
            file.Check(folder);
        }
        catch (ModelLoadException e)
        {
            throw new ModelLoadException($"'{path}': {e.Message}", e);
        }

        return file;
    }

    private void Check(string folder)
    {
        var graphs = 0;
        for (var model = new ProtoReader(Bytes); model.Next();)
        {
            if (model.Field != ModelGraph)
                continue;
            graphs++;
            for (var graph = model.Inner(); graph.Next();)
            {
                if (graph.Field == GraphInitializer)
                    CheckTensor(graph.Inner(), graph.Bytes.Length, folder);
            }
        }

        if (graphs != 1)
            throw new ModelLoadException($"An ONNX model holds one graph; this file holds {graphs}.");
    }

    private void CheckTensor(ProtoReader tensor, int messageBytes, string folder)
    {
        const int Dims = 1, Name = 8, ExternalData = 13, DataLocation = 14;
        ulong elements = 1;
        var name = "";
        var external = false;
        string? location = null;
        long offset = 0, length = -1;

        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case Dims when tensor.Bytes.IsEmpty:
                    elements = Multiply(elements, tensor.Number);
                    break;
                case Dims:
                    for (var packed = new PackedNumbers(tensor.Bytes); packed.Next(out var dimension);)
                        elements = Multiply(elements, dimension);
                    break;
                case Name:
                    name = Encoding.UTF8.GetString(tensor.Bytes[..Math.Min(tensor.Bytes.Length, 200)]);
                    break;
                case DataLocation:
                    external = tensor.Number == 1;
                    break;
                case ExternalData:
                    ReadExternal(tensor.Inner(), ref location, ref offset, ref length);
                    break;
            }
        }

        // The densest element is 2 bits wide, so more elements than that cannot be in the bytes there are.
        var available = external ? CheckExternal(folder, name, location, offset, length) : messageBytes;
        if (elements > (ulong)available * 4)
            throw new ModelLoadException($"Initializer '{name}' claims {elements} elements but has {available} bytes of data.");
    }

    private static ulong Multiply(ulong elements, ulong dimension)
    {
        var product = Math.BigMul(elements, dimension, out var low);
        return product == 0 && low <= long.MaxValue ? low : throw new ModelLoadException("An initializer claims more elements than can exist.");
    }

    private static void ReadExternal(ProtoReader entry, ref string? location, ref long offset, ref long length)
    {
        string key = "", value = "";
        while (entry.Next())
        {
            if (entry.Bytes.Length > 4096)
                throw new ModelLoadException("An external data entry is longer than 4096 bytes.");
            if (entry.Field == 1)
                key = Encoding.UTF8.GetString(entry.Bytes);
            else if (entry.Field == 2)
                value = Encoding.UTF8.GetString(entry.Bytes);
        }

        switch (key)
        {
            case "location":
                location = value;
                break;
            case "offset":
                offset = ParseSize(value);
                break;
            case "length":
                length = ParseSize(value);
                break;
        }
    }

    private static long ParseSize(string value) =>
        long.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new ModelLoadException($"External data size '{value}' is not a whole number.");

    private long CheckExternal(string folder, string name, string? location, long offset, long length)
    {
        if (string.IsNullOrEmpty(location) || location is "." or ".." || location != System.IO.Path.GetFileName(location) || location.Contains('\\'))
            throw new ModelLoadException($"Initializer '{name}' keeps its data in '{location}'; it must name a file in the model's own folder.");
        var file = new FileInfo(System.IO.Path.Combine(folder, location));
        if (!file.Exists)
            throw new ModelLoadException($"External data file '{location}' of initializer '{name}' does not exist.");
        var available = length >= 0 ? length : file.Length - offset;
        if (offset > file.Length || available < 0 || available > file.Length - offset)
            throw new ModelLoadException($"Initializer '{name}' needs {available} bytes at {offset} of '{location}', which has {file.Length}. Copy the file again.");

        ExternalBytes += available;
        return available;
    }

    private ref struct PackedNumbers(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool Next(out ulong value)
        {
            value = 0;
            if (_rest.IsEmpty)
                return false;
            for (int at = 0, shift = 0; at < _rest.Length && shift < 64; at++, shift += 7)
            {
                value |= (ulong)(_rest[at] & 0x7F) << shift;
                if (_rest[at] < 0x80)
                {
                    _rest = _rest[(at + 1)..];
                    return true;
                }
            }

            throw new ModelLoadException("An initializer's dimensions are broken.");
        }
    }
}
