using System.Buffers;
using System.Text;

namespace ChatApp.Inference.Models;

/// <summary>
/// Inserts <c>Gather(hidden, logit_rows)</c> before the LM head, so that a run computes logits for the wanted positions only: with a
/// vocabulary of 150,000 the LM head is a quarter of a small model, and a prompt needs its last row alone. Only the graph's
/// nodes and inputs are touched: bytes of weights are copied as they are. The edited graph takes one more input,
/// <c>logit_rows</c> int64 [rows], and its logits are [batch, rows, vocabulary].
/// </summary>
internal static class LogitRowsEdit
{
    /// <summary>Name of the added input.</summary>
    public const string Input = "logit_rows";

    private const string Gathered = "logit_rows/hidden";

    private static readonly string[] Products = ["MatMul", "MatMulNBits", "MatMulBnb4", "Gemm", "FusedMatMul"];

    // What may stand between the LM head and the logits: works on each row alone.
    private static readonly string[] RowWise = ["Cast", "Mul", "Div", "Tanh", "Add", "Identity"];

    /// <summary>The edited model, or null when the graph is not of the expected form and must be run as it is.</summary>
    public static byte[]? TryApply(ReadOnlySpan<byte> model, string logits)
    {
        var graphField = Find(model, OnnxFile.ModelGraph);
        if (graphField is not { } found)
            return null;

        var graph = model[found.Start..found.End];
        if (LmHead(graph, found.Start, logits) is not { } head)
            return null;

        var gather = GatherNode(head.HiddenInput);
        var replaced = ReplaceFirstInput(model[head.Start..head.End], Gathered);
        var input = RowsInput();
        var grown = found.End - found.Start + (gather.Length + replaced.Length + input.Length) - (head.FieldEnd - head.FieldStart);

        var header = new ArrayBufferWriter<byte>(16);
        header.Header(OnnxFile.ModelGraph, grown);
        var edited = new byte[(long)model.Length - (found.End - found.Tag) + header.WrittenCount + grown];
        var rest = edited.AsSpan();
        Write(ref rest, model[..found.Tag]);
        Write(ref rest, header.WrittenSpan);
        Write(ref rest, model[found.Start..head.FieldStart]);
        Write(ref rest, gather);
        Write(ref rest, replaced);
        Write(ref rest, model[head.FieldEnd..found.End]);
        Write(ref rest, input);
        Write(ref rest, model[found.End..]);
        return edited;
    }

    private static void Write(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }

    private static (int Tag, int Start, int End)? Find(ReadOnlySpan<byte> message, int field)
    {
        for (var reader = new ProtoReader(message); reader.Next();)
        {
            if (reader.Field == field)
                return (reader.TagOffset, reader.BytesOffset, reader.EndOffset);
        }

        return null;
    }

    private sealed record Node(string Op, string[] Inputs, string[] Outputs, int Start, int End, int FieldStart)
    {
        public int FieldEnd => End;
        public string HiddenInput => Inputs[0];
    }

    /// <summary>Walks from the logits back over row-wise nodes to the product that makes them.</summary>
    private static Node? LmHead(ReadOnlySpan<byte> graph, int origin, string logits)
    {
        var makers = new Dictionary<string, Node>();
        var uses = new Dictionary<string, int>();
        for (var reader = new ProtoReader(graph, origin); reader.Next();)
        {
            if (reader.Field == OnnxFile.GraphInput && NameOf(reader.Inner()) == Input)
                return null;
            if (reader.Field != OnnxFile.GraphNode)
                continue;
            var node = ReadNode(reader.Inner(), reader.BytesOffset, reader.EndOffset, reader.TagOffset);
            foreach (var output in node.Outputs)
                makers[output] = node;
            foreach (var input in node.Inputs)
                uses[input] = uses.GetValueOrDefault(input) + 1;
        }

        var name = logits;
        for (var steps = 0; steps < 16 && makers.TryGetValue(name, out var node); steps++)
        {
            if (node.Inputs.Length == 0 || name != logits && uses.GetValueOrDefault(name) != 1)
                return null;
            if (Products.Contains(node.Op))
                return node.Inputs[0].Length > 0 && makers.ContainsKey(node.Inputs[0]) ? node : null;
            if (!RowWise.Contains(node.Op) || node.Inputs.Skip(1).Any(makers.ContainsKey) && !node.Inputs.Skip(1).All(i => IsConstant(makers, i)))
                return null;
            name = node.Inputs[0];
        }

        return null;
    }

    private static bool IsConstant(Dictionary<string, Node> makers, string name) =>
        !makers.TryGetValue(name, out var node) || node.Op == "Constant";

    private static string NameOf(ProtoReader valueInfo)
    {
        while (valueInfo.Next())
        {
            if (valueInfo.Field == 1)
                return Encoding.UTF8.GetString(valueInfo.Bytes);
        }

        return "";
    }

    private static Node ReadNode(ProtoReader reader, int start, int end, int fieldStart)
    {
        var op = "";
        List<string> inputs = [], outputs = [];
        while (reader.Next())
        {
            if (reader.Field == 1)
                inputs.Add(Encoding.UTF8.GetString(reader.Bytes));
            else if (reader.Field == 2)
                outputs.Add(Encoding.UTF8.GetString(reader.Bytes));
            else if (reader.Field == 4)
                op = Encoding.UTF8.GetString(reader.Bytes);
        }

        return new Node(op, [.. inputs], [.. outputs], start, end, fieldStart);
    }

    private static ReadOnlySpan<byte> GatherNode(string hidden)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Message(OnnxFile.GraphNode, node =>
        {
            node.Text(1, hidden);
            node.Text(1, Input);
            node.Text(2, Gathered);
            node.Text(3, "logit_rows/Gather");
            node.Text(4, "Gather");
            node.Message(5, attribute =>
            {
                attribute.Text(1, "axis");
                attribute.Number(3, 1);
                attribute.Number(20, 2);
            });
        });
        return output.WrittenSpan;
    }

    private static ReadOnlySpan<byte> ReplaceFirstInput(ReadOnlySpan<byte> node, string name)
    {
        var body = new ArrayBufferWriter<byte>(node.Length + name.Length);
        var replaced = false;
        for (var reader = new ProtoReader(node); reader.Next();)
        {
            if (reader.Field == 1 && !replaced)
            {
                body.Text(1, name);
                replaced = true;
            }
            else
            {
                body.Write(node[reader.TagOffset..reader.EndOffset]);
            }
        }

        var output = new ArrayBufferWriter<byte>(body.WrittenCount + 16);
        output.Bytes(OnnxFile.GraphNode, body.WrittenSpan);
        return output.WrittenSpan;
    }

    private static ReadOnlySpan<byte> RowsInput()
    {
        var output = new ArrayBufferWriter<byte>();
        output.Message(OnnxFile.GraphInput, value =>
        {
            value.Text(1, Input);
            value.Message(2, type => type.Message(1, tensor =>
            {
                tensor.Number(1, 7);
                tensor.Message(2, shape => shape.Message(1, dimension => dimension.Text(2, "rows")));
            }));
        });
        return output.WrittenSpan;
    }
}
