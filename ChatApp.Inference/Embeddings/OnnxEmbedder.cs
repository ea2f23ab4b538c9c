using System.Numerics.Tensors;
using ChatApp.Inference.Text;
using Microsoft.ML.OnnxRuntime;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// A BERT-shaped encoder in ONNX: tokens in, the mean of the last layer (or its first token) out, as a unit vector.
/// Inputs <c>input_ids</c>, <c>attention_mask</c> and, where the graph has it, <c>token_type_ids</c>, each <c>[1, tokens]</c>;
/// the first output is <c>[1, tokens, width]</c> or, pooled already, <c>[1, width]</c>.
/// </summary>
public sealed class OnnxEmbedder : IEmbedder, IDisposable
{
    private readonly InferenceSession _session;
    private readonly EncoderSettings _settings;
    private readonly RunOptions _run = new();
    private readonly bool _tokenTypes;

    private OnnxEmbedder(string id, DateTimeOffset created, EncoderSettings settings, InferenceSession session)
    {
        Id = id;
        Created = created;
        _settings = settings;
        _session = session;
        _tokenTypes = session.InputMetadata.ContainsKey("token_type_ids");
        Dimensions = Embed("size").Vector.Length;
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public DateTimeOffset Created { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int VocabularySize => _settings.Tokenizer.VocabularySize;

    /// <summary>
    /// Loads an encoder: its folder, or an assembly that embeds its files, as packages of encoders do. The folder's or assembly's name is the model's.
    /// </summary>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged, or the graph has not the shape described above.</exception>
    public static OnnxEmbedder Load(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var files = new EncoderFiles(path);
        var settings = EncoderSettings.Read(files);
        InferenceSession? session = null;
        try
        {
            var (file, bytes) = files.Graph();
            session = bytes is null ? new InferenceSession(file) : new InferenceSession(bytes);
            foreach (var name in (string[])["input_ids", "attention_mask"])
            {
                if (!session.InputMetadata.ContainsKey(name))
                    throw new TokenizerFormatException($"{files.PlaceOf(files.Model()!)}: the graph has no input '{name}'.");
            }
            return new OnnxEmbedder(files.Path == path && bytes is null ? Path.GetFileName(path) : Path.GetFileNameWithoutExtension(files.Path), files.Created, settings, session);
        }
        catch (Exception error) when (error is OnnxRuntimeException or ArgumentException or InvalidOperationException or TokenizerFormatException)
        {
            session?.Dispose();
            if (error is TokenizerFormatException)
                throw;
            throw new TokenizerFormatException($"{path} is no text encoder that can be served: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(string text) => Run(Sequence(text));

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(IReadOnlyList<int> tokens) => Run(Enclosed([.. tokens.Where(token => !_settings.Tokenizer.Prefix.Contains(token) && !_settings.Tokenizer.Suffix.Contains(token))]));

    /// <summary>The token ids of a text as the encoder gets them: cut to its length, between the tokens of start and end.</summary>
    internal long[] Sequence(string text) => Enclosed(_settings.Tokenizer.Encode(text, parseSpecial: true));

    /// <inheritdoc/>
    public float[] Shorten(float[] vector, int dimensions)
    {
        // Encoders that are trained to be shortened put the most into the first dimensions.
        var part = vector[..dimensions];
        var norm = TensorPrimitives.Norm(part);
        if (norm > 0)
            TensorPrimitives.Divide(part, norm, part);
        return part;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private long[] Enclosed(int[] tokens)
    {
        var (prefix, suffix) = (_settings.Tokenizer.Prefix, _settings.Tokenizer.Suffix);
        var most = Math.Max(0, _settings.Truncation.MaximumTokens - prefix.Count - suffix.Count);
        var kept = tokens.Length <= most ? tokens : _settings.Truncation.FromLeft ? tokens[^most..] : tokens[..most];
        return [.. prefix, .. kept, .. suffix];
    }

    private (float[] Vector, int Tokens) Run(long[] ids)
    {
        var ones = new long[ids.Length];
        Array.Fill(ones, 1L);
        long[] shape = [1, ids.Length];
        using var input = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(ones, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = input, ["attention_mask"] = mask };
        if (_tokenTypes)
            inputs["token_type_ids"] = types;
        using var outputs = _session.Run(_run, inputs, [_session.OutputNames[0]]);
        var vector = Pool(outputs[0]);
        var norm = TensorPrimitives.Norm(vector);
        if (!(norm > 0) || !float.IsFinite(norm))
            throw new InvalidOperationException($"The encoder '{Id}' gave no finite vector.");
        TensorPrimitives.Divide(vector, norm, vector);
        return (vector, ids.Length);
    }

    private float[] Pool(OrtValue output)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        var values = output.GetTensorDataAsSpan<float>();
        if (shape.Length == 2)
            return values.ToArray();
        if (shape.Length != 3)
            throw new InvalidOperationException($"the first output has {shape.Length} dimensions, not 2 or 3");
        var width = (int)shape[2];
        var vector = values[..width].ToArray();
        if (!_settings.MeanPooling)
            return vector;
        for (var token = 1; token < (int)shape[1]; token++)
            TensorPrimitives.Add(vector, values.Slice(token * width, width), vector);
        TensorPrimitives.Divide(vector, shape[1], vector);
        return vector;
    }
}
