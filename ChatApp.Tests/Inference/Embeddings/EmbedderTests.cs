using System.Buffers;
using System.Runtime.InteropServices;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Engine.Requests;
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
        using (var embedder = EmbeddingModel.Load(folder))
        {
            embedder.Dimensions.ShouldBe(_vocabulary.Length);
            var vector = Embed(embedder, "Hello worlds");
            embedder.Tokenize("Hello worlds").Length.ShouldBe(5);
            // The graph is a lookup into the identity matrix: the vector shows which tokens were read.
            var expected = mean ? new[] { "[CLS]", "hello", "world", "##s", "[SEP]" } : ["[CLS]"];
            var value = 1 / MathF.Sqrt(expected.Length);
            for (var i = 0; i < vector.Length; i++)
                vector[i].ShouldBe(expected.Contains(_vocabulary[i]) ? value : 0, 1e-5f);
            embedder.Tokenize(string.Join(' ', Enumerable.Repeat("red", 5000))).Length.ShouldBe(16);
            embedder.Tokenize("").Length.ShouldBe(2);
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
        using var inFolder = EmbeddingModel.Load(folder);
        foreach (var path in (string[])[assembly, package])
        {
            using var embedder = EmbeddingModel.Load(path);
            embedder.Id.ShouldBe(Path.GetFileNameWithoutExtension(path == package ? package : assembly));
            Embed(embedder, "Hello worlds").ShouldBe(Embed(inFolder, "Hello worlds"));
        }

        var bytes = File.ReadAllBytes(assembly);
        foreach (var damaged in (byte[][])[bytes[..(bytes.Length / 2)], [1, 2, 3], []])
        {
            File.WriteAllBytes(assembly, damaged);
            Should.Throw<TokenizerFormatException>(() => EmbeddingModel.Load(package)).Message.ShouldContain(assembly);
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
        Should.Throw<TokenizerFormatException>(() => EmbeddingModel.Load(folder)).Message.ShouldContain(Path.Combine(folder, file));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_folder_that_is_no_encoder_is_refused_by_name()
    {
        var folder = Encoder(mean: true);
        File.WriteAllText(Path.Combine(folder, "model.onnx"), "no graph");
        Should.Throw<TokenizerFormatException>(() => EmbeddingModel.Load(folder)).Message.ShouldContain(folder);
        File.Delete(Path.Combine(folder, "model.onnx"));
        Should.Throw<TokenizerFormatException>(() => EmbeddingModel.Load(folder)).Message.ShouldContain("model.onnx");
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_folder_may_say_more_about_the_encoder_that_lies_in_its_assembly()
    {
        var folder = Encoder(mean: true);
        var assembly = Path.Combine(folder, "Letters.dll");
        using (var written = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Letters", new Version(1, 0)), "Letters", ModuleKind.Dll))
        {
            foreach (var file in (string[])["model.onnx", "vocab.txt"])
            {
                written.MainModule.Resources.Add(new EmbeddedResource("Letters.Resources." + file, ManifestResourceAttributes.Public, File.ReadAllBytes(Path.Combine(folder, file))));
                File.Delete(Path.Combine(folder, file));
            }

            written.Write(assembly);
        }
        File.WriteAllText(Path.Combine(folder, "1_Pooling", "config.json"), "{\"pooling_mode_cls_token\": true}");

        using (var model = EmbeddingModel.Load(folder))
        {
            model.Id.ShouldBe(Path.GetFileName(folder));
            Embed(model, "Hello worlds").ShouldBe(Embed(model, "red apple"), "the first token is the same");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Texts_of_any_lengths_embed_together_as_alone()
    {
        var folder = Encoder(mean: true);
        using (var model = EmbeddingModel.Load(folder))
        {
            string[] texts = ["hello", "Hello worlds", "", "red apple a b red apple"];
            var together = model.Embed([.. texts.Select(model.Tokenize)]);
            for (var i = 0; i < texts.Length; i++)
                together[i].ShouldBe(Embed(model, texts[i]), tolerance: 1e-6);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task Many_requests_at_once_get_each_their_own_vectors()
    {
        var folder = Encoder(mean: true);
        using (var batcher = new EmbeddingBatcher(EmbeddingModel.Load(folder), new EmbeddingOptions { BatchTokens = 40, BackgroundThreads = 2 }))
        {
            var model = batcher.Model;
            await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            {
                string[] texts = [.. Enumerable.Range(0, 1 + (i % 5)).Select(j => string.Join(' ', _vocabulary.Skip(5).Take(1 + ((i + j) % 6))))];
                var vectors = await batcher.EmbedAsync([.. texts.Select(model.Tokenize)], i % 2 == 0 ? RequestPriority.Interactive : RequestPriority.Background, default);
                vectors.Length.ShouldBe(texts.Length);
                for (var j = 0; j < texts.Length; j++)
                    vectors[j].ShouldBe(Embed(model, texts[j]), tolerance: 1e-6);
            }));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task More_than_may_wait_is_refused_and_what_waits_at_the_end_is_told()
    {
        var folder = Encoder(mean: true);
        var batcher = new EmbeddingBatcher(EmbeddingModel.Load(folder), new EmbeddingOptions { MaxWaitingTokens = 64, BatchTokens = 1, BackgroundThreads = 1 });
        var text = batcher.Model.Tokenize("hello world");
        var many = Enumerable.Repeat(text, 5000).ToList();
        using var leaving = new CancellationTokenSource();

        var taken = batcher.EmbedAsync(many, RequestPriority.Background, default);
        var left = batcher.EmbedAsync([text], RequestPriority.Interactive, leaving.Token);
        (await Should.ThrowAsync<RequestRefusedException>(() => batcher.EmbedAsync(many, RequestPriority.Background, default))).Kind.ShouldBe(RefusalKind.QueueFull);
        (await left).Length.ShouldBe(1, "a question does not wait behind what is read in the background");
        batcher.Dispose();

        (await Should.ThrowAsync<RequestRefusedException>(taken)).Kind.ShouldBe(RefusalKind.Draining);
        (await Should.ThrowAsync<RequestRefusedException>(() => batcher.EmbedAsync([text], RequestPriority.Interactive, default))).Kind.ShouldBe(RefusalKind.Draining);
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void The_bundled_encoder_knows_paraphrases_and_answers()
    {
        using var model = EmbeddingModel.Load(Path.Combine(AppContext.BaseDirectory, "encoders", "snowflake-arctic-embed-xs"));
        model.Dimensions.ShouldBe(384);
        model.MaximumTokens.ShouldBe(512);

        var question = Embed(model, "Represent this sentence for searching relevant passages: How long may I give a rented car back late?");
        var answer = Embed(model, "Vehicles have to be returned at the agreed hour; a delay of up to thirty minutes is free of charge.");
        var other = Embed(model, "The kitchen serves breakfast from seven to ten, and lunch from noon.");
        var dot = (float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
        dot(question, answer).ShouldBeGreaterThan(dot(question, other) + 0.05f);
        dot(Embed(model, "x < 5"), Embed(model, "x > 5")).ShouldBeLessThan(0.9999f);
    }

    private static float[] Embed(EmbeddingModel model, string text) => model.Embed([model.Tokenize(text)])[0];

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
