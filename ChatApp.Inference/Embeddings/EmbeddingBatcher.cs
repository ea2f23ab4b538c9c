using ChatApp.Inference.Engine.Requests;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// What waits for its vector. Somebody's question is computed by a thread of its own; what is read in the background is computed
/// by threads that get only what the machine has left. Safe for concurrent use.
/// </summary>
public sealed class EmbeddingBatcher : IDisposable
{
    private readonly EmbeddingLane _questions;
    private readonly EmbeddingLane _background;

    /// <summary>Starts the threads that compute.</summary>
    /// <param name="model">What embeds; disposed of with the queue.</param>
    /// <param name="options">Bounds.</param>
    public EmbeddingBatcher(EmbeddingModel model, EmbeddingOptions options)
    {
        Model = model;
        _questions = new EmbeddingLane(model, options, threads: 1, isBackground: false);
        _background = new EmbeddingLane(model, options, options.BackgroundThreads ?? Environment.ProcessorCount, isBackground: true);
    }

    /// <summary>The model.</summary>
    public EmbeddingModel Model { get; }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">Their tokens, by <see cref="EmbeddingModel.Tokenize"/> or <see cref="EmbeddingModel.Enclose"/>.</param>
    /// <param name="priority">Whether somebody waits for it.</param>
    /// <param name="cancellationToken">Takes out what was not begun.</param>
    /// <returns>Their unit vectors, in order.</returns>
    /// <exception cref="RequestRefusedException">More waits than may, or the service is stopping.</exception>
    /// <exception cref="InvalidOperationException">The encoder gave something that is no vector.</exception>
    public Task<float[][]> EmbedAsync(IReadOnlyList<int[]> texts, RequestPriority priority, CancellationToken cancellationToken) =>
        (priority == RequestPriority.Background ? _background : _questions).EmbedAsync(texts, cancellationToken);

    /// <summary>Ends the threads once their runs are over; what still waits is refused.</summary>
    public void Dispose()
    {
        _questions.Dispose();
        _background.Dispose();
        Model.Dispose();
    }
}
