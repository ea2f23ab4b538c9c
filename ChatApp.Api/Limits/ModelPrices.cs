using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using ChatApp.ServiceDefaults;
using Grpc.Core;

namespace ChatApp.Api.Limits;

/// <summary>The catalogue's models with their prices, remembered for a while; one that is not known costs nothing.</summary>
internal sealed class ModelPrices(Completions.CompletionsClient completions, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>How old the list has to be to be asked for anew because of a name that is not in it: strangers' names don't make it worthless.</summary>
    private static readonly TimeSpan LifetimeForOthers = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Known _known = new([], IsIncomplete: true, DateTimeOffset.MinValue);

    /// <returns>Millionths of the currency unit: prices are per million tokens, so tokens times price is just that.</returns>
    public async ValueTask<long> MicrosAsync(string model, long inputTokens, long outputTokens, CancellationToken cancellationToken)
    {
        var known = await ReadAsync(Lifetime, cancellationToken);
        return known.Models.TryGetValue(model, out var price) || model.Length == 0 && (price = known.Default) is not null
            ? (long)Math.Ceiling(inputTokens * price.InputPricePerMillion + outputTokens * price.OutputPricePerMillion)
            : 0;
    }

    /// <returns>The model of requests that name none; null while the catalogue is not known.</returns>
    public async ValueTask<string?> DefaultModelAsync(CancellationToken cancellationToken) => (await ReadAsync(Lifetime, cancellationToken)).Default?.Id;

    /// <exception cref="OpenAIException">The catalogue has no such model; nothing is stored of a turn that asks for it.</exception>
    public async ValueTask RequireAsync(string model, CancellationToken cancellationToken)
    {
        if (model.Length == 0 || (await ReadAsync(Lifetime, cancellationToken)).Models.ContainsKey(model))
            return;
        var known = await ReadAsync(LifetimeForOthers, cancellationToken);
        // A model whose server starts is waited for where the request goes.
        if (!known.IsIncomplete && known.Models.Count > 0 && !known.Models.ContainsKey(model))
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound,
                $"The model '{model.Beginning(100)}' does not exist. There are: {string.Join(", ", known.Models.Keys)}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
        }
    }

    public void Dispose() => _asking.Dispose();

    private async ValueTask<Known> ReadAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (IsFresh(lifetime))
            return _known;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (!IsFresh(lifetime))
                _known = await AskAsync(_known, cancellationToken);
            return _known;
        }
        finally
        {
            _asking.Release();
        }
    }

    private bool IsFresh(TimeSpan lifetime) => time.GetUtcNow() - _known.At < (_known.IsIncomplete ? LifetimeForOthers : lifetime);

    private async Task<Known> AskAsync(Known last, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await completions.ListModelsAsync(new ListModelsRequest(), deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancellationToken);
            return new Known(reply.Models.ToDictionary(model => model.Id), reply.Incomplete, time.GetUtcNow());
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            // The call that follows meets the same failure and reports it.
            return last with { At = time.GetUtcNow() };
        }
    }

    private sealed record Known(Dictionary<string, Model> Models, bool IsIncomplete, DateTimeOffset At)
    {
        /// <summary>The model of requests that name none.</summary>
        public Model? Default => Models.Values.FirstOrDefault(model => model.Capabilities.Count == 0 || model.Capabilities.Contains("chat"));
    }
}
