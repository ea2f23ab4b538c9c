using System.Buffers;
using System.Runtime.InteropServices;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Models;
using ChatApp.Inference.Text;
using Mono.Cecil;

namespace ChatApp.Tests.Inference.Embeddings;

[TestFixture]
internal sealed class EmbedderTests
{
    private static readonly string[] _vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "##s", "red", "apple", "a", "b"];

    [TestCase(true), TestCase(false)]
    public void An_onnx_encoder_pools_as_its_folder_says(bool mean)
    {
        var folder = Encoder(mean);
        using (var embedder = OnnxEmbedder.Load(folder))
        {
            embedder.Dimensions.ShouldBe(_vocabulary.Length);
            var (vector, tokens) = embedder.Embed("Hello worlds");
            tokens.ShouldBe(5);
            // The graph is a lookup into the identity matrix: the vector shows which tokens were read.
            var expected = mean ? new[] { "[CLS]", "hello", "world", "##s", "[SEP]" } : ["[CLS]"];
            var value = 1 / MathF.Sqrt(expected.Length);
            for (var i = 0; i < vector.Length; i++)
                vector[i].ShouldBe(expected.Contains(_vocabulary[i]) ? value : 0, 1e-5f);
            embedder.Embed(string.Join(' ', Enumerable.Repeat("red", 5000))).Tokens.ShouldBeLessThanOrEqualTo(16);
            embedder.Embed("").Tokens.ShouldBe(2);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void An_encoder_loads_as_it_lies_in_its_package()
    {
        var folder = Encoder(mean: true);
        var package = Directory.CreateTempSubdirectory("chatapp-encoder-package").FullName;
        var library = Directory.CreateDirectory(Path.Combine(package, "lib", "netstandard2.1")).FullName;
        var assembly = Path.Combine(library, "Encoders.Letters.dll");
        using (var written = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Encoders.Letters", new Version(1, 0)), "Encoders.Letters", ModuleKind.Dll))
        {
            foreach (var file in (string[])["model.onnx", "vocab.txt"])
                written.MainModule.Resources.Add(new EmbeddedResource("Encoders.Letters.Resources." + file, ManifestResourceAttributes.Public, File.ReadAllBytes(Path.Combine(folder, file))));
            written.Write(assembly);
        }
        using var inFolder = OnnxEmbedder.Load(folder);
        foreach (var path in (string[])[assembly, package])
        {
            using var embedder = OnnxEmbedder.Load(path);
            embedder.Id.ShouldBe("Encoders.Letters");
            embedder.Embed("Hello worlds").Vector.ShouldBe(inFolder.Embed("Hello worlds").Vector);
        }

        var bytes = File.ReadAllBytes(assembly);
        foreach (var damaged in (byte[][])[bytes[..(bytes.Length / 2)], [1, 2, 3], []])
        {
            File.WriteAllBytes(assembly, damaged);
            Should.Throw<TokenizerFormatException>(() => OnnxEmbedder.Load(package)).Message.ShouldContain(assembly);
        }
        Directory.Delete(package, recursive: true);
        Directory.Delete(folder, recursive: true);
    }

    [TestCase("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {")]
    [TestCase("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}}}")]
    [TestCase("tokenizer.json", "[]")]
    [TestCase("vocab.txt", "hello\nworld\n")]
    [TestCase("sentence_bert_config.json", "{\"max_seq_length\": ")]
    [TestCase("1_Pooling/config.json", "")]
    public void A_damaged_file_of_an_encoder_is_named(string file, string text)
    {
        var folder = Encoder(mean: true);
        File.WriteAllText(Path.Combine(folder, file), text);
        Should.Throw<TokenizerFormatException>(() => OnnxEmbedder.Load(folder)).Message.ShouldContain(Path.Combine(folder, file));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_folder_that_is_no_encoder_is_refused_by_name()
    {
        var folder = Encoder(mean: true);
        File.WriteAllText(Path.Combine(folder, "model.onnx"), "no graph");
        Should.Throw<TokenizerFormatException>(() => OnnxEmbedder.Load(folder)).Message.ShouldContain(folder);
        File.Delete(Path.Combine(folder, "model.onnx"));
        Should.Throw<TokenizerFormatException>(() => OnnxEmbedder.Load(folder)).Message.ShouldContain("model.onnx");
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void The_hashing_embedder_is_the_same_everywhere_and_nearer_for_shared_words()
    {
        var embedder = new HashingEmbedder();
        embedder.Id.ShouldContain("hashing");
        var apple = embedder.Embed("The red apple is on the table").Vector;
        embedder.Embed("The red apple is on the table").Vector.ShouldBe(apple);
        Dot(apple, embedder.Embed("a red apple lies on a table").Vector).ShouldBeGreaterThan(Dot(apple, embedder.Embed("quarterly revenue grew").Vector) + 0.2f);
        Dot(apple, apple).ShouldBe(1, 1e-4f);
        embedder.Embed("").Vector.Length.ShouldBe(embedder.Dimensions);
        embedder.Embed("\uD800 lone").Vector.ShouldAllBe(v => float.IsFinite(v));

        static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
    }

    /// <summary>An encoder whose graph looks tokens up in the identity matrix.</summary>
    private static string Encoder(bool mean)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-encoder").FullName;
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), _vocabulary);
        File.WriteAllText(Path.Combine(folder, "sentence_bert_config.json"), "{\"max_seq_length\": 16}");
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(folder, "1_Pooling", "config.json"), mean ? "{\"pooling_mode_mean_tokens\": true}" : "{\"pooling_mode_cls_token\": true}");
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Graph());
        return folder;
    }

    private static byte[] Graph()
    {
        var size = _vocabulary.Length;
        var identity = new float[size * size];
        for (var i = 0; i < size; i++)
            identity[(i * size) + i] = 1;
        var model = new ArrayBufferWriter<byte>();
        model.Number(1, 8);
        model.Message(8, opset => opset.Number(2, 17));
        model.Message(7, graph =>
        {
            graph.Message(1, node =>
            {
                node.Text(1, "table");
                node.Text(1, "input_ids");
                node.Text(2, "last_hidden_state");
                node.Text(4, "Gather");
            });
            // Keeps the second input part of the graph.
            graph.Message(1, node =>
            {
                node.Text(1, "attention_mask");
                node.Text(2, "mask_out");
                node.Text(4, "Identity");
            });
            graph.Text(2, "encoder");
            graph.Message(5, tensor =>
            {
                tensor.Number(1, size);
                tensor.Number(1, size);
                tensor.Number(2, 1);
                tensor.Text(8, "table");
                tensor.Bytes(9, MemoryMarshal.AsBytes(identity.AsSpan()));
            });
            Value(graph, 11, "input_ids", 7, 2);
            Value(graph, 11, "attention_mask", 7, 2);
            Value(graph, 12, "last_hidden_state", 1, 3);
            Value(graph, 12, "mask_out", 7, 2);
        });
        return model.WrittenSpan.ToArray();
    }

    private static void Value(ArrayBufferWriter<byte> graph, int field, string name, int type, int rank) => graph.Message(field, value =>
    {
        value.Text(1, name);
        value.Message(2, t => t.Message(1, tensor =>
        {
            tensor.Number(1, type);
            tensor.Message(2, shape =>
            {
                for (var i = 0; i < rank; i++)
                    shape.Message(1, dimension => dimension.Text(2, $"d{i}_{name}"));
            });
        }));
    });
}
