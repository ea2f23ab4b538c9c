using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Inference.Endpoints.Answers;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Scheduling;
using ChatApp.Inference.Logging;
using ChatApp.Inference.Serving;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletions(ModelCatalog catalog, IOptions<InferenceOptions> options, TimeProvider time, ILogger<ChatCompletions> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        ChatRequest request;
        GenerationRequest generation;
        ServedModel model;
        AnswerParsers parsers;
        RequestTrace trace;
        var id = RequestIds.New("chatcmpl-");
        using (var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes))
        {
            request = ChatRequest.Read(body.RootElement);
            model = ModelLookup.Find(catalog, request.Model);
            var prompt = PromptFactory.Chat(model, request.Template, time, request.Format);
            parsers = new AnswerParsers(model, request, prompt);
            generation = Generation(id, request, model, prompt, parsers);
            trace = RequestTrace.Start("chat", model, generation, body.RootElement, time);
        }
        using var ended = trace;
        context.Response.Headers["X-Request-Id"] = id;
        if (request.Stream)
            await StreamAsync(context, request, model, generation, parsers, trace);
        else
            await AnswerAsync(context, request, model, generation, parsers, trace);
    }

    private static GenerationRequest Generation(string id, ChatRequest request, ServedModel model, int[] prompt, AnswerParsers parsers) => new()
    {
        Id = id,
        PromptTokens = prompt,
        Sampling = request.Sampling,
        MaxTokens = request.MaxTokens,
        StopStrings = request.Stop,
        StopTokens = request.StopTokens,
        IgnoreEos = request.IgnoreEos,
        Choices = request.Choices,
        Tenant = request.CacheSalt,
        User = request.User,
        Priority = request.Priority,
        ConstraintFactory = AnswerConstraint.Create(model, request, parsers),
    };

    private async Task AnswerAsync(
        HttpContext context, ChatRequest request, ServedModel model, GenerationRequest generation, AnswerParsers parsers, RequestTrace trace)
    {
        var choices = Enumerable.Range(0, request.Choices).Select(i => new CollectedChoice(i, parsers.Create(), request.ParallelToolCalls, model.Tokenizer)).ToArray();
        GenerationSummary? summary = null;
        await foreach (var chunk in model.Engine.GenerateAsync(generation, context.RequestAborted))
        {
            if (chunk.Finish == FinishReason.Error)
                throw new OpenAIException(Failed(generation, chunk));
            if (chunk.Choice >= 0)
                choices[chunk.Choice].Append(chunk);
            trace.Observe(chunk);
            summary = chunk.Summary ?? summary;
        }
        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options))
            ChatChoice.WriteAnswer(json, Head(generation, model), choices.Select(choice => choice.Choice), summary?.Usage());
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task StreamAsync(
        HttpContext context, ChatRequest request, ServedModel model, GenerationRequest generation, AnswerParsers parsers, RequestTrace trace)
    {
        await using var chunks = new ChunkReader(model.Engine, generation, context.RequestAborted);
        await chunks.WaitForFirstAsync();
        await using var stream = new EventStreamWriter(context.Response, options.Value.HeartbeatInterval, time);
        await stream.StartAsync();
        var writer = new ChatChunkWriter(stream, request.StreamOptions.IncludeUsage) { Head = Head(generation, model) };
        if (request.StreamOptions.ContinuousUsage)
            writer.SoFar = new AnswerUsage(generation.PromptTokens.Length, 0);
        var choices = Enumerable.Range(0, request.Choices).Select(i => new StreamedChoice(i, writer, parsers.Create(), request.ParallelToolCalls, model.Tokenizer)).ToArray();
        OpenAIError? failure = null;
        try
        {
            while (await chunks.NextAsync())
            {
                using var hold = await stream.HoldAsync();
                var chunk = chunks.Current;
                trace.Observe(chunk);
                if (writer.SoFar is { } soFar && chunk.TokenId >= 0)
                    writer.SoFar = soFar with { CompletionTokens = soFar.CompletionTokens + 1 };
                if (chunk.Finish == FinishReason.Error)
                    writer.Error(Failed(generation, chunk));
                else if (chunk.Choice >= 0)
                    choices[chunk.Choice].Append(chunk);
                else if (chunk.Summary is { } summary)
                    writer.Usage(summary.Usage());
                // What is already there goes out with the same write.
                if (!chunks.HasMore())
                    await stream.FlushAsync();
            }
        }
        catch (RequestRefusedException refused)
        {
            failure = ApiErrors.From(refused);
        }
        using var last = await stream.HoldAsync();
        if (failure is not null)
            writer.Error(failure);
        stream.Done();
        await stream.FlushAsync();
    }

    private AnswerHead Head(GenerationRequest generation, ServedModel model) =>
        new(generation.Id, time.GetUtcNow().ToUnixTimeSeconds(), model.Id) { Fingerprint = model.Fingerprint };

    private OpenAIError Failed(GenerationRequest generation, GenerationChunk chunk)
    {
        Log.AnswerFailed(logger, generation.Id, chunk.Error ?? "the engine stopped");
        return new OpenAIError(StatusCodes.Status500InternalServerError, chunk.Error ?? "The engine could not finish the answer.", OpenAIError.ServerError, Code: "generation_failed");
    }
}
