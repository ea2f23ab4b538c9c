using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChatApp.Bench.Models;

/// <summary>
/// Makes a model folder of a given shape with random weights: the graph that GenAI's model builder emits for a Llama (packed q/k/v,
/// GroupQueryAttention with rotary inside, MatMulNBits), so that it runs at the speed of the real thing. It says nothing sensible.
/// </summary>
internal sealed class RandomModel
{
    private const string Microsoft = "com.microsoft";

    private readonly ModelShape _shape;
    private readonly OnnxGraphWriter _graph;
    private readonly Random _random;

    private RandomModel(ModelShape shape, OnnxGraphWriter graph, int seed)
    {
        _shape = shape;
        _graph = graph;
        _random = new Random(seed);
    }

    /// <summary>Writes the folder unless a complete one is there.</summary>
    /// <returns>The folder.</returns>
    public static string Create(string root, ModelShape shape, int seed = 1)
    {
        var folder = Path.Combine(root, $"{shape.Name}-int{shape.Bits}-b{shape.Block}-s{seed}");
        if (File.Exists(Path.Combine(folder, "genai_config.json")))
            return folder;
        Directory.CreateDirectory(folder);
        using (var external = shape.External ? File.Create(Path.Combine(folder, "model.onnx.data"), 1 << 20) : null)
        {
            var graph = new OnnxGraphWriter(external);
            new RandomModel(shape, graph, seed).Build();
            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), graph.Model());
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), RandomTokenizer.Json(shape));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), RandomTokenizer.ConfigJson());
        File.WriteAllText(Path.Combine(folder, "genai_config.json"), ConfigJson(shape));
        return folder;
    }

    private void Build()
    {
        var s = _shape;
        var cache = s.HalfCache ? OnnxGraphWriter.Float16 : OnnxGraphWriter.Float;
        _graph.Input("input_ids", OnnxGraphWriter.Int64, "batch_size", "sequence_length");
        _graph.Input("attention_mask", OnnxGraphWriter.Int64, "batch_size", "total_sequence_length");
        _graph.Output("logits", s.HalfLogits ? OnnxGraphWriter.Float16 : OnnxGraphWriter.Float, "batch_size", "sequence_length", s.Vocabulary);
        Rotary();
        _graph.Tensor("split", OnnxGraphWriter.Int64, [2], MemoryMarshal.AsBytes<long>([s.Inner, s.Inner]));
        var (seqlens, total) = Lengths();
        var table = _graph.Tensor("model.embed_tokens.weight", OnnxGraphWriter.Float16, [s.Vocabulary, s.Hidden], 2L * s.Vocabulary * s.Hidden, WriteTable);
        var found = _graph.Node("Gather", "/model/embed_tokens/Gather", [table, "input_ids"]);
        var residual = _graph.Node("Cast", "/model/embed_tokens/Cast", [found], attributes: ("to", OnnxGraphWriter.Float));
        string? branch = null;
        for (var i = 0; i < s.Layers; i++)
        {
            foreach (var part in new[] { "key", "value" })
            {
                _graph.Input($"past_key_values.{i}.{part}", cache, "batch_size", s.KvHeads, "past_sequence_length", s.HeadSize);
                _graph.Output($"present.{i}.{part}", cache, "batch_size", s.KvHeads, "total_sequence_length", s.HeadSize);
            }

            (var x, residual) = Norm($"/model/layers.{i}/input_layernorm", residual, branch);
            branch = Attention(i, x, seqlens, total);
            (x, residual) = Norm($"/model/layers.{i}/post_attention_layernorm", residual, branch);
            branch = FeedForward(i, x);
        }

        var (last, _) = Norm("/model/final_norm", residual, branch);
        if (s.OpaqueHead)
            _graph.Node("Clip", "/lm_head/Clip", [Product("/lm_head", last, s.Hidden, s.Vocabulary)], ["logits"]);
        else if (s.HalfLogits)
            _graph.Node("Cast", "/lm_head/Cast", [Product("/lm_head", last, s.Hidden, s.Vocabulary)], ["logits"], "", ("to", OnnxGraphWriter.Float16));
        else
            Product("/lm_head", last, s.Hidden, s.Vocabulary, "logits");
    }

    private (string Normed, string Residual) Norm(string name, string residual, string? branch)
    {
        var weight = _graph.Tensor($"{name}.weight", OnnxGraphWriter.Float, [_shape.Hidden], MemoryMarshal.AsBytes(Filled(_shape.Hidden, 1f)));
        if (branch is null)
            return (_graph.Node("SimplifiedLayerNormalization", name, [residual, weight], null, "", ("axis", -1), ("epsilon", 1e-6f), ("stash_type", 1)), residual);
        _graph.Node("SkipSimplifiedLayerNormalization", name, [residual, branch, weight], [$"{name}/output_0", "", "", $"{name}/output_3"], Microsoft, ("epsilon", 1e-6f));
        return ($"{name}/output_0", $"{name}/output_3");
    }

    private string Attention(int i, string x, string seqlens, string total)
    {
        var s = _shape;
        var name = $"/model/layers.{i}/attn";
        var qkv = Product($"{name}/qkv_proj", x, s.Hidden, (s.Heads + 2 * s.KvHeads) * s.HeadSize);
        if (s.HalfCache)
            qkv = _graph.Node("Cast", $"{name}/qkv_half", [qkv], attributes: ("to", OnnxGraphWriter.Float16));
        var output = $"{name}/GroupQueryAttention/output_0";
        _graph.Node(
            "GroupQueryAttention", $"{name}/GroupQueryAttention",
            [qkv, "", "", $"past_key_values.{i}.key", $"past_key_values.{i}.value", seqlens, total, "cos_cache", "sin_cache"],
            [output, $"present.{i}.key", $"present.{i}.value"], Microsoft,
            ("num_heads", s.Heads), ("kv_num_heads", s.KvHeads), ("scale", 1 / MathF.Sqrt(s.HeadSize)), ("do_rotary", 1), ("rotary_interleaved", 0));
        if (s.HalfCache)
            output = _graph.Node("Cast", $"{name}/attended_float", [output], attributes: ("to", OnnxGraphWriter.Float));
        return Product($"{name}/o_proj", output, s.Heads * s.HeadSize, s.Hidden);
    }

    private string FeedForward(int i, string x)
    {
        var name = $"/model/layers.{i}/mlp";
        var both = Product($"{name}/gate_up_proj", x, _shape.Hidden, 2 * _shape.Inner);
        _graph.Node("Split", $"{name}/Split", [both, "split"], [$"{name}/gate", $"{name}/up"], "", ("axis", -1));
        var sigmoid = _graph.Node("Sigmoid", $"{name}/Sigmoid", [$"{name}/gate"]);
        var silu = _graph.Node("Mul", $"{name}/act", [$"{name}/gate", sigmoid]);
        var mixed = _graph.Node("Mul", $"{name}/Mul", [silu, $"{name}/up"]);
        return Product($"{name}/down_proj", mixed, _shape.Inner, _shape.Hidden);
    }

    private string Product(string name, string x, int k, int n, string? output = null)
    {
        var blocks = (k + _shape.Block - 1) / _shape.Block;
        var blockBytes = _shape.Block * _shape.Bits / 8;
        var quantised = _graph.Tensor($"{name}.quant", OnnxGraphWriter.UInt8, [n, blocks, blockBytes], (long)n * blocks * blockBytes, stream => WriteRandom(stream, (long)n * blocks * blockBytes));
        // The standard deviation of uniform 4-bit integers is 4.6, of 8-bit ones 74: a product keeps the size of its input.
        var scale = 1 / ((_shape.Bits == 4 ? 4.6f : 74f) * MathF.Sqrt(k));
        var scales = _graph.Tensor($"{name}.scales", OnnxGraphWriter.Float, [n, blocks], 4L * n * blocks, stream => stream.Write(MemoryMarshal.AsBytes(Filled(n * blocks, scale))));
        return _graph.Node(
            "MatMulNBits", $"{name}/MatMulNBits", [x, quantised, scales], output is null ? null : [output], Microsoft,
            ("K", k), ("N", n), ("bits", _shape.Bits), ("block_size", _shape.Block), ("accuracy_level", _shape.Accuracy));
    }

    private (string Seqlens, string Total) Lengths()
    {
        const string Base = "/model/attn_mask_reformat";
        var one = _graph.Tensor("one_1d", OnnxGraphWriter.Int64, [1], MemoryMarshal.AsBytes<long>([1]));
        var scalar = _graph.Tensor("one", OnnxGraphWriter.Int64, [], MemoryMarshal.AsBytes<long>([1]));
        var sum = _graph.Node("ReduceSum", $"{Base}/ReduceSum", ["attention_mask", one]);
        var last = _graph.Node("Sub", $"{Base}/Sub", [sum, one]);
        var seqlens = _graph.Node("Cast", $"{Base}/Sub/Cast", [last], attributes: ("to", OnnxGraphWriter.Int32));
        var shape = _graph.Node("Shape", $"{Base}/Shape", ["attention_mask"]);
        var length = _graph.Node("Gather", $"{Base}/Gather", [shape, scalar], null, "", ("axis", 0));
        return (seqlens, _graph.Node("Cast", $"{Base}/Gather/Cast", [length], attributes: ("to", OnnxGraphWriter.Int32)));
    }

    private void Rotary()
    {
        var half = _shape.HeadSize / 2;
        var cos = new float[_shape.Context * half];
        var sin = new float[_shape.Context * half];
        for (var position = 0; position < _shape.Context; position++)
        {
            for (var i = 0; i < half; i++)
                (sin[position * half + i], cos[position * half + i]) = MathF.SinCos(position * MathF.Pow(10_000, -i / (float)half));
        }

        foreach (var (name, values) in new[] { ("cos_cache", cos), ("sin_cache", sin) })
        {
            if (_shape.HalfCache)
                _graph.Tensor(name, OnnxGraphWriter.Float16, [_shape.Context, half], MemoryMarshal.AsBytes<Half>(values.Select(v => (Half)v).ToArray()));
            else
                _graph.Tensor(name, OnnxGraphWriter.Float, [_shape.Context, half], MemoryMarshal.AsBytes<float>(values));
        }
    }

    private void WriteRandom(Stream stream, long length)
    {
        var buffer = new byte[1 << 20];
        for (; length > 0; length -= buffer.Length)
        {
            _random.NextBytes(buffer);
            stream.Write(buffer, 0, (int)Math.Min(length, buffer.Length));
        }
    }

    /// <summary>Halves of magnitude 0.5 to 1 with random signs.</summary>
    private void WriteTable(Stream stream)
    {
        var buffer = new byte[1 << 20];
        for (var left = 2L * _shape.Vocabulary * _shape.Hidden; left > 0; left -= buffer.Length)
        {
            _random.NextBytes(buffer);
            var halves = MemoryMarshal.Cast<byte, ushort>(buffer.AsSpan());
            for (var i = 0; i < halves.Length; i++)
                halves[i] = (ushort)(halves[i] & 0x83FF | 0x3800);
            stream.Write(buffer, 0, (int)Math.Min(left, buffer.Length));
        }
    }

    private static Span<float> Filled(int count, float value)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return values;
    }

    private static string ConfigJson(ModelShape shape) => JsonSerializer.Serialize(new
    {
        model = new
        {
            type = shape.Type,
            context_length = shape.Context,
            vocab_size = shape.Vocabulary,
            bos_token_id = 0,
            eos_token_id = shape.Eos,
            pad_token_id = 0,
            decoder = new
            {
                filename = "model.onnx",
                head_size = shape.HeadSize,
                hidden_size = shape.Hidden,
                num_attention_heads = shape.Heads,
                num_hidden_layers = shape.Layers,
                num_key_value_heads = shape.KvHeads,
                inputs = new { input_ids = "input_ids", attention_mask = "attention_mask", past_key_names = "past_key_values.%d.key", past_value_names = "past_key_values.%d.value" },
                outputs = new { logits = "logits", present_key_names = "present.%d.key", present_value_names = "present.%d.value" },
            },
        },
    });
}
