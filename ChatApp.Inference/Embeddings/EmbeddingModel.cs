using System.Numerics.Tensors;
using ChatApp.Inference.Text;
using Microsoft.ML.OnnxRuntime;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// A BERT-shaped encoder in ONNX: tokens in, the mean of the last layer (or its first token) out, as a unit vector.
/// Inputs <c>input_ids</c>, <c>attention_mask</c> and, where the graph has it, <c>token_type_ids</c>, each <c>[batch, tokens]</c>;
/// the first output is <c>[batch, tokens, width]</c> or, pooled already, <c>[batch, width]</c>. Safe for concurrent use; a run
/// computes on the thread that calls it.
/// </summary>
public sealed class EmbeddingModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly EncoderSettings _settings;
    private readonly RunOptions _run = new();
    private readonly bool _tokenTypes;

    private EmbeddingModel(string id, DateTimeOffset created, EncoderSettings settings, InferenceSession session)
    {
        Id = id;
        Created = created;
        _settings = settings;
        _session = session;
        _tokenTypes = session.InputMetadata.ContainsKey("token_type_ids");
        Dimensions = Embed([Tokenize("size")])[0].Length;
    }

    /// <summary>Name it is served under: that of its folder or assembly.</summary>
    public string Id { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Length of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Number of token ids.</summary>
    public int VocabularySize => _settings.Tokenizer.VocabularySize;

    /// <summary>Most tokens of a text, those of start and end among them; what is more is cut off.</summary>
    public int MaximumTokens => _settings.Truncation.MaximumTokens;

    /// <summary>
    /// Loads an encoder: its folder, an assembly that embeds its files, as packages of encoders do, or a folder with such an assembly.
    /// </summary>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged, or the graph has not the shape described above.</exception>
    public static EmbeddingModel Load(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var files = new EncoderFiles(path);
        var settings = EncoderSettings.Read(files);
        InferenceSession? session = null;
        try
        {
            var (file, bytes) = files.Graph();
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
            session = bytes is null ? new InferenceSession(file, options) : new InferenceSession(bytes, options);
            foreach (var name in (string[])["input_ids", "attention_mask"])
            {
                if (!session.InputMetadata.ContainsKey(name))
                    throw new TokenizerFormatException($"{files.PlaceOf(files.Model()!)}: the graph has no input '{name}'.");
            }
            return new EmbeddingModel(files.Name, files.Created, settings, session);
        }
        catch (Exception error) when (error is OnnxRuntimeException or ArgumentException or InvalidOperationException or TokenizerFormatException)
        {
            session?.Dispose();
            if (error is TokenizerFormatException)
                throw;
            throw new TokenizerFormatException($"{path} is no text encoder that can be served: {error.Message}", error);
        }
    }

    /// <summary>The token ids of a text as the encoder gets them: cut to its length, between the tokens of start and end.</summary>
    public int[] Tokenize(string text) => Enclose(_settings.Tokenizer.Encode(text, parseSpecial: true));

    /// <summary>Token ids of a text, with those of start and end or without them, as the encoder gets them.</summary>
    public int[] Enclose(IReadOnlyList<int> tokens)
    {
        var (prefix, suffix) = (_settings.Tokenizer.Prefix, _settings.Tokenizer.Suffix);
        int[] inner = [.. tokens.Where(token => !prefix.Contains(token) && !suffix.Contains(token))];
        var most = Math.Max(0, MaximumTokens - prefix.Count - suffix.Count);
        var kept = inner.Length <= most ? inner : _settings.Truncation.FromLeft ? inner[^most..] : inner[..most];
        return [.. prefix, .. kept, .. suffix];
    }

    /// <summary>The unit vectors of texts that came as <see cref="Tokenize"/> or <see cref="Enclose"/> gave them, in one run as long as the longest.</summary>
    /// <exception cref="InvalidOperationException">The encoder gave something that is no vector.</exception>
    public float[][] Embed(IReadOnlyList<int[]> texts)
    {
        var longest = texts.Max(text => text.Length);
        var (ids, ones) = (new long[texts.Count * longest], new long[texts.Count * longest]);
        for (var row = 0; row < texts.Count; row++)
        {
            for (var token = 0; token < texts[row].Length; token++)
                (ids[(row * longest) + token], ones[(row * longest) + token]) = (texts[row][token], 1);
        }

        long[] shape = [texts.Count, longest];
        using var input = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(ones, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = input, ["attention_mask"] = mask };
        if (_tokenTypes)
            inputs["token_type_ids"] = types;
        using var outputs = _session.Run(_run, inputs, [_session.OutputNames[0]]);
        return [.. texts.Select((text, row) => Unit(Pool(outputs[0], row, text.Length)))];
    }

    /// <summary>A vector of this model in fewer dimensions.</summary>
    /// <param name="vector">The unit vector of a text.</param>
    /// <param name="dimensions">At most <see cref="Dimensions"/>.</param>
    /// <returns>A unit vector again.</returns>
    public static float[] Shorten(float[] vector, int dimensions)
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

    private float[] Unit(float[] vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (!(norm > 0) || !float.IsFinite(norm))
            throw new InvalidOperationException($"The encoder '{Id}' gave no finite vector.");
        TensorPrimitives.Divide(vector, norm, vector);
        return vector;
    }

    private float[] Pool(OrtValue output, int row, int tokens)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (shape.Length is not (2 or 3))
            throw new InvalidOperationException($"the first output has {shape.Length} dimensions, not 2 or 3");
        var width = (int)shape[^1];
        var rowLength = shape.Length == 2 ? width : (int)shape[1] * width;
        var values = output.GetTensorDataAsSpan<float>().Slice(row * rowLength, rowLength);
        var vector = values[..width].ToArray();
        if (shape.Length == 2 || !_settings.MeanPooling)
            return vector;
        for (var token = 1; token < tokens; token++)
            TensorPrimitives.Add(vector, values.Slice(token * width, width), vector);
        TensorPrimitives.Divide(vector, tokens, vector);
        return vector;
    }
}
