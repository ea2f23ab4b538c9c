using System.Numerics.Tensors;
using System.Text;
using ChatApp.Inference.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// A BERT-shaped encoder in ONNX: WordPiece tokens in, the mean of the last layer (or its first token) out, as a unit vector.
/// Inputs <c>input_ids</c>, <c>attention_mask</c> and, where the graph has it, <c>token_type_ids</c>, each <c>[1, tokens]</c>;
/// the first output is <c>[1, tokens, width]</c> or, pooled already, <c>[1, width]</c>.
/// </summary>
public sealed class OnnxEmbedder : IEmbedder, IDisposable
{
    private readonly InferenceSession _session;
    private readonly BertTokenizer _tokenizer;
    private readonly EncoderFolder _folder;
    private readonly RunOptions _run = new();
    private readonly bool _tokenTypes;

    private OnnxEmbedder(string id, EncoderFolder folder, InferenceSession session, BertTokenizer tokenizer)
    {
        Id = id;
        _folder = folder;
        _session = session;
        _tokenizer = tokenizer;
        _tokenTypes = session.InputMetadata.ContainsKey("token_type_ids");
        Dimensions = Embed("size").Vector.Length;
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public DateTimeOffset Created => File.GetLastWriteTimeUtc(_folder.ModelFile);

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int VocabularySize => _folder.Vocabulary.Count;

    /// <summary>Loads an encoder's folder; the folder's name is the model's.</summary>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged, or the graph has not the shape described above.</exception>
    public static OnnxEmbedder Load(string path)
    {
        var folder = EncoderFolder.Read(path);
        var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        InferenceSession? session = null;
        try
        {
            using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', folder.Vocabulary) + "\n"));
            var tokenizer = BertTokenizer.Create(vocabulary, new BertOptions { LowerCaseBeforeTokenization = folder.Lowercase });
            session = new InferenceSession(folder.ModelFile);
            foreach (var name in (string[])["input_ids", "attention_mask"])
            {
                if (!session.InputMetadata.ContainsKey(name))
                    throw new TokenizerFormatException($"{folder.ModelFile}: the graph has no input '{name}'.");
            }
            return new OnnxEmbedder(id, folder, session, tokenizer);
        }
        catch (Exception error) when (error is OnnxRuntimeException or ArgumentException or InvalidOperationException)
        {
            session?.Dispose();
            throw new TokenizerFormatException($"{path} is no text encoder that can be served: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(string text)
    {
        return Run([.. _tokenizer.EncodeToIds(text, _folder.MaximumTokens, addSpecialTokens: true, out _, out _)]);
    }

    /// <inheritdoc/>
    public (float[] Vector, int Tokens) Embed(IReadOnlyList<int> tokens)
    {
        int cls = _tokenizer.ClassificationTokenId, sep = _tokenizer.SeparatorTokenId;
        return Run([cls, .. tokens.Where(token => token != cls && token != sep).Take(_folder.MaximumTokens - 2), sep]);
    }

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
        if (!_folder.MeanPooling)
            return vector;
        for (var token = 1; token < (int)shape[1]; token++)
            TensorPrimitives.Add(vector, values.Slice(token * width, width), vector);
        TensorPrimitives.Divide(vector, shape[1], vector);
        return vector;
    }
}
