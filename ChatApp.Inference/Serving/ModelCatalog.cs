using System.Collections.Concurrent;
using ChatApp.Inference.Embeddings;

namespace ChatApp.Inference.Serving;

/// <summary>The models of this service and what became of loading them. Safe for concurrent use.</summary>
public sealed class ModelCatalog : IDisposable
{
    private readonly ConcurrentDictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _failures = new(StringComparer.Ordinal);
    private volatile EmbeddingBatcher? _embeddings;
    private volatile bool _loaded;

    /// <summary>Loaded models by name.</summary>
    public IReadOnlyList<ServedModel> Models => [.. _models.Values.OrderBy(m => m.Id, StringComparer.Ordinal)];

    /// <summary>What embeds texts; null while it is loaded, and where it is not.</summary>
    public EmbeddingBatcher? Embeddings => _embeddings;

    /// <summary>Models that could not be loaded, and why.</summary>
    public IReadOnlyDictionary<string, string> Failures => _failures;

    /// <summary>Every model has been tried.</summary>
    public bool IsLoaded => _loaded;

    /// <summary>The model of that name, or null.</summary>
    public ServedModel? Find(string id) => _models.GetValueOrDefault(id);

    internal void Add(ServedModel model) => _models[model.Id] = model;

    internal void Add(EmbeddingBatcher embeddings) => _embeddings = embeddings;

    internal void Fail(string id, string reason) => _failures[id] = reason;

    internal void MarkLoaded() => _loaded = true;

    /// <inheritdoc/>
    public void Dispose() => _embeddings?.Dispose();
}
