using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// The only way to a model. Tries the routes of a model until one gives its first token; after that nothing is repeated
/// here, since the caller has seen text: continuing is the turn's business.
/// </summary>
public sealed class ModelGateway(
    ModelCatalogue catalogue, UpstreamClient client, IOptionsMonitor<GatewayOptions> options, TimeProvider time, ILogger<ModelGateway> logger)
{
    private const string ChatPath = "v1/chat/completions";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>An answer as it is generated; cancelling ends the generation.</summary>
    /// <exception cref="RefusedException">The model is unknown.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public async IAsyncEnumerable<ChatDelta> StreamChatAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveAsync(request.Model, cancellationToken);
        var chunks = StreamAsync(model, route => (ChatPath, ChatProtocol.Write(request, route, stream: true)), cancellationToken);
        await foreach (var (upstream, chunk) in chunks)
            yield return Read(upstream, chunk) with { Model = model.Id };
    }

    /// <summary>A whole short answer, for our own purposes.</summary>
    /// <exception cref="RefusedException">The model is unknown.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public async Task<(string Text, TokenUsage Usage)> CompleteAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        TokenUsage? usage = null;
        var deltas = 0;
        await foreach (var delta in StreamChatAsync(request, cancellationToken))
        {
            text.Append(delta.Text);
            deltas += delta.Text.Length > 0 ? 1 : 0;
            usage = delta.Usage ?? usage;
        }

        return (text.ToString(), usage ?? new TokenUsage(0, 0, deltas));
    }

    /// <summary>Chunks of a streamed answer as the upstream sent them.</summary>
    /// <param name="model">Who is asked.</param>
    /// <param name="compose">Path and body of the request for a route.</param>
    /// <param name="cancellationToken">Ends the generation.</param>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public async IAsyncEnumerable<(string Upstream, ReadOnlyMemory<byte> Chunk)> StreamAsync(
        CatalogueModel model, Func<UpstreamRoute, (string Path, byte[] Body)> compose, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var route = model.Routes[(attempt - 1) % model.Routes.Count];
            var (path, body) = compose(route);
            await using var chunks = client.StreamAsync(route.Name, route.Upstream, path, body, cancellationToken).GetAsyncEnumerator(cancellationToken);
            bool any;
            try
            {
                any = await chunks.MoveNextAsync();
            }
            catch (UpstreamException exception) when (exception.MayContinue && attempt < options.CurrentValue.Attempts)
            {
                await PauseAsync(route, attempt, exception, cancellationToken);
                continue;
            }

            while (any)
            {
                yield return (route.Name, chunks.Current);
                any = await chunks.MoveNextAsync();
            }

            yield break;
        }
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="UpstreamException">No route gave an answer.</exception>
    public async Task<byte[]> PostAsync(
        CatalogueModel model, Func<UpstreamRoute, (string Path, byte[] Body)> compose, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var route = model.Routes[(attempt - 1) % model.Routes.Count];
            var (path, body) = compose(route);
            try
            {
                return await client.PostAsync(route.Name, route.Upstream, path, body, cancellationToken);
            }
            catch (UpstreamException exception) when (exception.MayContinue && attempt < options.CurrentValue.Attempts)
            {
                await PauseAsync(route, attempt, exception, cancellationToken);
            }
        }
    }

    private async Task PauseAsync(UpstreamRoute route, int attempt, UpstreamException exception, CancellationToken cancellationToken)
    {
        Log.UpstreamRetried(logger, route.Name, exception.Message);
        var backoff = TimeSpan.FromMilliseconds(100 * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble()));
        var pause = exception.RetryAfter is { } asked && asked > backoff ? asked : backoff;
        await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
    }

    private static ChatDelta Read(string upstream, ReadOnlyMemory<byte> chunk)
    {
        try
        {
            return ChatProtocol.Read(upstream, chunk);
        }
        catch (JsonException exception)
        {
            throw new UpstreamException(upstream, UpstreamFailure.BrokeOff, "The model's server sent something that is not JSON.", exception);
        }
    }
}
