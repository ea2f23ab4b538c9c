using System.Diagnostics;
using ChatApp.Bench.Models;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Models;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>Model folders that are broken, or made to break: each ends in a clear error, soon, the process alive.</summary>
public sealed class HostileModelTests
{
    private string _root = null!;
    private string _good = null!;
    private string _external = null!;

    [OneTimeSetUp]
    public void MakeFolders()
    {
        _root = Directory.CreateTempSubdirectory("chatapp-hostile").FullName;
        _good = RandomModel.Create(_root, ModelShape.Tiny);
        _external = RandomModel.Create(_root, ModelShape.Tiny with { Name = "external", External = true });
    }

    [OneTimeTearDown]
    public void RemoveFolders() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_file_cut_anywhere_is_refused([Values(0, 1, 100, 5_000, 20_000, 60_000)] int bytes)
    {
        var folder = Copy(_good);
        var model = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(model, File.ReadAllBytes(model)[..bytes]);

        ShouldBeRefused(folder, "model.onnx");
    }

    [Test]
    public void A_file_of_noise_is_refused()
    {
        var folder = Copy(_good);
        for (var seed = 0; seed < 50; seed++)
        {
            var noise = new byte[500];
            new Random(seed).NextBytes(noise);
            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), noise);
            ShouldBeRefused(folder, "model.onnx");
        }
    }

    [Test]
    public void External_weights_that_are_cut_or_missing_are_refused()
    {
        var folder = Copy(_external);
        var data = Path.Combine(folder, "model.onnx.data");
        using (var file = File.OpenWrite(data))
            file.SetLength(1000);
        ShouldBeRefused(folder, "model.onnx.data");

        File.Delete(data);
        ShouldBeRefused(folder, "model.onnx.data");
    }

    [Test]
    public void External_weights_outside_of_the_folder_are_refused()
    {
        var folder = Copy(_external);
        Rewrite(folder, "model.onnx", bytes => Replace(bytes, "model.onnx.data"u8, "../../etc/passwd"[..15].Select(c => (byte)c).ToArray()));

        ShouldBeRefused(folder, "own folder");
    }

    [TestCase("\"context_length\":512", "\"context_length\":2147483648", "context_length")]
    [TestCase("\"num_hidden_layers\":2", "\"num_hidden_layers\":3", "past_key_values.2")]
    [TestCase("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", "inputs")]
    [TestCase("\"num_hidden_layers\":2", "\"num_hidden_layers\":1000000", "num_hidden_layers")]
    [TestCase("\"head_size\":16", "\"head_size\":32", "heads of 32")]
    [TestCase("\"head_size\":16", "\"head_size\":-1", "head_size")]
    [TestCase("\"num_key_value_heads\":2", "\"num_key_value_heads\":0", "num_key_value_heads")]
    [TestCase("\"vocab_size\":320", "\"vocab_size\":1000", "vocab_size")]
    [TestCase("\"vocab_size\":320", "\"vocab_size\":1e9", "vocab_size")]
    [TestCase("\"eos_token_id\":2", "\"eos_token_id\":320", "eos_token_id")]
    [TestCase("\"filename\":\"model.onnx\"", "\"filename\":\"../model.onnx\"", "filename")]
    [TestCase("\"filename\":\"model.onnx\"", "\"filename\":\"/etc/passwd\"", "filename")]
    [TestCase("\"filename\":\"model.onnx\"", "\"filename\":\"other.onnx\"", "other.onnx")]
    [TestCase("\"decoder\":{", "\"decode\":{", "model.decoder")]
    [TestCase("{\"model\"", "{{\"model\"", "JSON")]
    public void A_wrong_configuration_is_refused_by_name(string good, string bad, string named)
    {
        var folder = Copy(_good);
        var config = Path.Combine(folder, "genai_config.json");
        var text = File.ReadAllText(config);
        text.ShouldContain(good);
        File.WriteAllText(config, text.Replace(good, bad, StringComparison.Ordinal));

        ShouldBeRefused(folder, named);
    }

    [Test]
    public void A_tensor_that_claims_more_than_it_has_is_refused_before_memory_is_taken()
    {
        var folder = Copy(_good);
        Rewrite(folder, "model.onnx", bytes =>
        {
            var graph = new OnnxGraphWriter(null);
            graph.Tensor("bomb", OnnxGraphWriter.Float, [1L << 40, 1L << 10], [1, 2, 3, 4]);
            return graph.Model();
        });

        ShouldBeRefused(folder, "bomb");
    }

    [Test]
    public void Folders_without_their_files_are_refused()
    {
        ShouldBeRefused(Path.Combine(_root, "nowhere"), "does not exist");
        ShouldBeRefused(Directory.CreateDirectory(Path.Combine(_root, "empty")).FullName, "genai_config.json");
    }

    [Test]
    public void A_cache_budget_below_one_sequence_is_refused_with_the_numbers() =>
        Should.Throw<ModelLoadException>(() => ModelRunner.Load(Options(_good) with { KvCacheBytes = 1 << 16 }, out _)).Message.ShouldContain("KvCacheBytes");

    [Test]
    public void Demanding_a_device_that_is_absent_is_an_error_and_asking_for_it_is_a_note()
    {
        if (Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
            Assert.Ignore("This build has the CUDA provider.");

        Should.Throw<ModelLoadException>(() => ModelRunner.Load(Options(_good) with { Device = DeviceKind.Cuda }, out _)).Message.ShouldContain("Cuda");
        using var runner = ModelRunner.Load(Options(_good) with { Device = DeviceKind.Auto }, out var note);
        runner.Device.ShouldBe("CPU");
        note.ShouldNotBeNull().ShouldContain("CUDA");
    }

    private static EngineOptions Options(string folder) => new() { Id = "hostile", ModelPath = folder, IntraOpThreads = 1, Device = DeviceKind.Cpu };

    private static void ShouldBeRefused(string folder, string named)
    {
        var clock = Stopwatch.StartNew();
        var refused = Should.Throw<ModelLoadException>(() => ModelRunner.Load(Options(folder), out _).Dispose());
        refused.Message.ShouldContain(named);

        // Generous, since machines are shared: what is ruled out is reading or allocating what the file claims.
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    private string Copy(string from)
    {
        var to = Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("n"))).FullName;
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }

    private static void Rewrite(string folder, string name, Func<byte[], byte[]> change)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }

    private static byte[] Replace(byte[] bytes, ReadOnlySpan<byte> what, byte[] with)
    {
        with.Length.ShouldBe(what.Length);
        for (var at = bytes.AsSpan().IndexOf(what); at >= 0; at = bytes.AsSpan().IndexOf(what))
            with.CopyTo(bytes, at);
        return bytes;
    }
}
