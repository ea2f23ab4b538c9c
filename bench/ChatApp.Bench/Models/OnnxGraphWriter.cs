using System.Buffers;
using ChatApp.Inference.Models;

namespace ChatApp.Bench.Models;

/// <summary>Writes ONNX nodes, values and initialisers (field numbers of onnx.proto). Large weights stream to an external file.</summary>
internal sealed class OnnxGraphWriter(Stream? external)
{
    public const int Float = 1, UInt8 = 2, Int32 = 6, Int64 = 7, Float16 = 10;

    private readonly ArrayBufferWriter<byte> _graph = new();

    public string Node(string op, string name, string[] inputs, string[]? outputs = null, string domain = "", params (string Name, object Value)[] attributes)
    {
        outputs ??= [$"{name}/output_0"];
        _graph.Message(1, node =>
        {
            foreach (var input in inputs)
                node.Text(1, input);
            foreach (var output in outputs)
                node.Text(2, output);
            node.Text(3, name);
            node.Text(4, op);
            foreach (var (key, value) in attributes)
                node.Message(5, attribute => Attribute(attribute, key, value));
            if (domain.Length > 0)
                node.Text(7, domain);
        });
        return outputs[0];
    }

    /// <summary>An initialiser kept in the graph.</summary>
    public string Tensor(string name, int type, long[] shape, ReadOnlySpan<byte> data)
    {
        var bytes = data.ToArray();
        _graph.Message(5, tensor =>
        {
            TensorHead(tensor, name, type, shape);
            tensor.Bytes(9, bytes);
        });
        return name;
    }

    /// <summary>An initialiser written by a callback to the external file, or into the graph when there is none.</summary>
    public string Tensor(string name, int type, long[] shape, long length, Action<Stream> write)
    {
        if (external is null)
        {
            using var memory = new MemoryStream();
            write(memory);
            return Tensor(name, type, shape, memory.ToArray());
        }

        external.SetLength((external.Position + 63) & ~63);
        external.Position = external.Length;
        var offset = external.Position;
        write(external);
        _graph.Message(5, tensor =>
        {
            TensorHead(tensor, name, type, shape);
            foreach (var (key, value) in new[] { ("location", "model.onnx.data"), ("offset", $"{offset}"), ("length", $"{length}") })
            {
                tensor.Message(13, entry =>
                {
                    entry.Text(1, key);
                    entry.Text(2, value);
                });
            }

            tensor.Number(14, 1);
        });
        return name;
    }

    public void Input(string name, int type, params object[] shape) => Value(11, name, type, shape);

    public void Output(string name, int type, params object[] shape) => Value(12, name, type, shape);

    /// <summary>The whole file.</summary>
    public byte[] Model()
    {
        _graph.Text(2, "main_graph");
        var model = new ArrayBufferWriter<byte>(_graph.WrittenCount + 256);
        model.Number(1, 8);
        model.Text(2, "chatapp-bench");
        model.Bytes(7, _graph.WrittenSpan);
        foreach (var (domain, version) in new[] { ("", 17), ("com.microsoft", 1) })
        {
            model.Message(8, import =>
            {
                import.Text(1, domain);
                import.Number(2, version);
            });
        }

        return model.WrittenSpan.ToArray();
    }

    private static void TensorHead(ArrayBufferWriter<byte> tensor, string name, int type, long[] shape)
    {
        foreach (var dimension in shape)
            tensor.Number(1, dimension);
        tensor.Number(2, type);
        tensor.Text(8, name);
    }

    private static void Attribute(ArrayBufferWriter<byte> attribute, string key, object value)
    {
        attribute.Text(1, key);
        if (value is float number)
        {
            attribute.Float(2, number);
            attribute.Number(20, 1);
        }
        else
        {
            attribute.Number(3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
            attribute.Number(20, 2);
        }
    }

    private void Value(int field, string name, int type, object[] shape) => _graph.Message(field, value =>
    {
        value.Text(1, name);
        value.Message(2, t => t.Message(1, tensor =>
        {
            tensor.Number(1, type);
            tensor.Message(2, dimensions =>
            {
                foreach (var dimension in shape)
                {
                    dimensions.Message(1, d =>
                    {
                        if (dimension is string symbol)
                            d.Text(2, symbol);
                        else
                            d.Number(1, Convert.ToInt64(dimension, System.Globalization.CultureInfo.InvariantCulture));
                    });
                }
            });
        }));
    });
}
