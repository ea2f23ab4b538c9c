using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Upstreams;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Gives the gateway as <see cref="IChatClient"/> to what asks models in the background: titles, summaries, judges, evaluation.</summary>
internal sealed class GatewayChatClients(ModelGateway gateway, ModelCatalogue catalogue, IGenerationLedger ledger)
{
    /// <param name="owner">Whose request it is, and who is metered.</param>
    /// <param name="purpose">As the usage events say it: <c>title</c>, <c>summary</c>...</param>
    public IChatClient For(string owner, string purpose) => new GatewayChatClient(gateway, catalogue, ledger, owner, purpose);
}

/// <summary>
/// The gateway's routes, attempts and breakers under the abstraction of Microsoft.Extensions.AI. Without a model in the options the
/// background model answers. What was generated is metered, whatever way it ends.
/// </summary>
/// <remarks>Turns and stateless calls do not pass here: decision 15 says where the border runs.</remarks>
internal sealed class GatewayChatClient(ModelGateway gateway, ModelCatalogue catalogue, IGenerationLedger ledger, string owner, string purpose) : IChatClient
{
    /// <exception cref="Errors.RefusedException">The model is unknown, or can't do what is asked.</exception>
    /// <exception cref="UpstreamException">No route gave an answer, or one broke off.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc cref="GetResponseAsync"/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var model = options?.ModelId ?? (await catalogue.ResolveBackgroundAsync(cancellationToken)).Id;
        var calls = new ToolCallCollector();
        ChatDelta? last = null;
        var outcome = GenerationOutcome.Stopped;
        var deltas = gateway.StreamChatAsync(Request(model, messages, options), cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync())
            {
                last = deltas.Current;
                calls.Add(last.ToolCalls);
                yield return Update(last);
            }

            outcome = GenerationOutcome.Completed;
            yield return End(last, calls);
        }
        finally
        {
            await deltas.DisposeAsync();
            if (last is not null)
                await ledger.RecordAsync(owner, new GenerationRecord(purpose, last.Model, last.Upstream, last.Usage ?? default, outcome), CancellationToken.None);
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await deltas.MoveNextAsync();
            }
            catch (UpstreamException)
            {
                outcome = GenerationOutcome.Failed;
                throw;
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The gateway is everybody's.
    }

    private ModelRequest Request(string model, IEnumerable<ChatMessage> messages, ChatOptions? options) => new()
    {
        Model = model,
        Messages = [.. messages],
        Sampling = new SamplingSettings
        {
            Temperature = options?.Temperature,
            TopP = options?.TopP,
            MaxTokens = options?.MaxOutputTokens,
            Seed = options?.Seed,
            Stop = [.. options?.StopSequences ?? []],
            FrequencyPenalty = options?.FrequencyPenalty,
            PresencePenalty = options?.PresencePenalty,
        },
        Tools = [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>()],
        MayCall = options?.ToolMode is not NoneChatToolMode,
        User = owner,
        Background = true,
    };

    private static ChatResponseUpdate Update(ChatDelta delta)
    {
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, ModelId = delta.Model };
        if (delta.Reasoning.Length > 0)
            update.Contents.Add(new TextReasoningContent(delta.Reasoning));
        if (delta.Text.Length > 0)
            update.Contents.Add(new TextContent(delta.Text));
        if (delta.FinishReason is { } reason)
            update.FinishReason = new ChatFinishReason(reason);
        return update;
    }

    private static ChatResponseUpdate End(ChatDelta? last, ToolCallCollector calls)
    {
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant, ModelId = last?.Model };
        foreach (var (call, index) in calls.Calls.Select((call, index) => (call, index)))
            update.Contents.Add(FunctionCallContent.CreateFromParsedArguments(call.Arguments, $"call_{index}", call.Name, static json => JsonSerializer.Deserialize<Dictionary<string, object?>>(json)));
        if (last?.Usage is { } used)
            update.Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = used.InputTokens, CachedInputTokenCount = used.CachedTokens, OutputTokenCount = used.OutputTokens, TotalTokenCount = used.InputTokens + used.OutputTokens }));
        return update;
    }
}
