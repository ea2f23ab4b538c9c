using ChatApp.Api.Errors;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Api.Limits;

/// <summary>The catalogue's models with their prices, remembered for a while; one that is not known costs nothing.</summary>
internal sealed class ModelPrices(Completions.CompletionsClient completions, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private volatile Known _known = new([], DateTimeOffset.MinValue);

    /// <returns>Millionths of the currency unit: prices are per million tokens, so tokens times price is just that.</returns>
    public async ValueTask<long> MicrosAsync(string model, long inputTokens, long outputTokens, CancellationToken cancellationToken)
    {
        var prices = await ReadAsync(cancellationToken);
        return prices.TryGetValue(model, out var price) || model.Length == 0 && (price = prices.Values.FirstOrDefault()) is not null
            ? (long)Math.Ceiling(inputTokens * price.InputPricePerMillion + outputTokens * price.OutputPricePerMillion)
            : 0;
    }

    /// <returns>The model of requests that name none; null while the catalogue is not known.</returns>
    public async ValueTask<string?> DefaultModelAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Keys.FirstOrDefault();

    /// <exception cref="OpenAIException">The catalogue has no such model; nothing is stored of a turn that asks for it.</exception>
    public async ValueTask RequireAsync(string model, CancellationToken cancellationToken)
    {
        if (model.Length == 0 || (await ReadAsync(cancellationToken)).ContainsKey(model))
            return;
        // It may be new.
        _known = _known with { At = DateTimeOffset.MinValue };
        var models = await ReadAsync(cancellationToken);
        if (models.Count > 0 && !models.ContainsKey(model))
        {
            throw new OpenAIException(new OpenAIError(StatusCodes.Status404NotFound,
                $"The model '{(model.Length <= 100 ? model : model[..100])}' does not exist. There are: {string.Join(", ", models.Keys)}.", OpenAIError.InvalidRequest, "model", "model_not_found"));
        }
    }

    private async ValueTask<Dictionary<string, Model>> ReadAsync(CancellationToken cancellationToken)
    {
        var known = _known;
        if (time.GetUtcNow() - known.At < Lifetime)
            return known.Models;
        try
        {
            var reply = await completions.ListModelsAsync(new ListModelsRequest(), deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancellationToken);
            _known = new Known(reply.Models.ToDictionary(model => model.Id), time.GetUtcNow());
        }
        catch (RpcException)
        {
            // The call that follows meets the same failure and reports it.
            _known = known with { At = time.GetUtcNow() };
        }

        return _known.Models;
    }

    private sealed record Known(Dictionary<string, Model> Models, DateTimeOffset At);
}
