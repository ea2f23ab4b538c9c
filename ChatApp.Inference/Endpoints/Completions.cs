using System.Text;
using System.Text.Json;
using ChatApp.Contracts.OpenAI;
using ChatApp.Contracts.OpenAI.Answers;
using ChatApp.Inference.Endpoints.Answers;
using ChatApp.Inference.Endpoints.Requests;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Logging;
using ChatApp.Inference.Serving;
using ChatApp.Inference.Text;
using Microsoft.Extensions.Options;

namespace ChatApp.Inference.Endpoints;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class Completions(ModelCatalog catalog, IOptions<InferenceOptions> options, TimeProvider time, ILogger<Completions> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var id = RequestIds.New("cmpl-");
        CompletionRequest request;
        ServedModel model;
        List<GenerationRequest> generations;
        RequestTrace trace;
        using (var body = await RequestBody.ReadAsync(context, options.Value.MaxRequestBytes))
        {
            request = CompletionRequest.Read(body.RootElement, id);
            model = ModelLookup.Find(catalog, request.Model);
            generations = [.. request.Prompts(model).Select(p => request.Generation with { PromptTokens = p })];
            trace = RequestTrace.Start("text_completion", model, request.Generation, body.RootElement, time);
        }
        using var ended = trace;
        context.Response.Headers["X-Request-Id"] = id;
        if (request.Stream)
            await StreamAsync(context, request, model, generations, trace);
        else
            await AnswerAsync(context, request, model, generations, trace);
    }

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, ServedModel model, List<GenerationRequest> generations, RequestTrace trace)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var running = generations.ConvertAll(g => CollectAsync(request, model, g, trace, all));
        var results = await Task.WhenAll(running);
        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonOutput.Options))
        {
            Head(request.Generation, model).Begin(json, "text_completion"u8);
            for (var prompt = 0; prompt < results.Length; prompt++)
            {
                foreach (var choice in results[prompt].Choices)
                    choice.Write(json, (prompt * request.Generation.Choices) + choice.Index);
            }
            AnswerHead.End(json, new AnswerUsage(results.Sum(r => r.Summary.PromptTokens), results.Sum(r => r.Summary.CompletionTokens)) { CachedTokens = results.Sum(r => r.Summary.CachedTokens) });
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task<(TextChoice[] Choices, GenerationSummary Summary)> CollectAsync(
        CompletionRequest request, ServedModel model, GenerationRequest generation, RequestTrace trace, CancellationTokenSource all)
    {
        try
        {
            var echo = request.Echo ? model.Tokenizer.Decode(generation.PromptTokens, skipSpecial: true) : "";
            var choices = Enumerable.Range(0, generation.Choices).Select(i => new TextChoice(i, echo, model.Tokenizer)).ToArray();
            GenerationSummary? summary = null;
            await foreach (var chunk in model.Engine.GenerateAsync(generation, all.Token))
            {
                if (chunk.Finish == FinishReason.Error)
                    throw new OpenAIException(Failed(generation, chunk));
                if (chunk.Choice >= 0)
                    choices[chunk.Choice].Append(chunk);
                lock (trace)
                    trace.Observe(chunk);
                summary = chunk.Summary ?? summary;
            }
            return (choices, summary ?? new GenerationSummary(generation.PromptTokens.Length, 0, 0, 0, 0, 0));
        }
        catch
        {
            // One prompt that fails ends the others: the answer is all or nothing.
            await all.CancelAsync();
            throw;
        }
    }

    private async Task StreamAsync(HttpContext context, CompletionRequest request, ServedModel model, List<GenerationRequest> generations, RequestTrace trace)
    {
        EventStreamWriter? stream = null;
        try
        {
            var prompt = 0;
            OpenAIError? failure = null;
            var total = new AnswerUsage(0, 0) { CachedTokens = 0 };
            var soFar = new AnswerUsage(0, 0);
            foreach (var generation in generations)
            {
                soFar = soFar with { PromptTokens = soFar.PromptTokens + generation.PromptTokens.Length };
                await using var chunks = new ChunkReader(model.Engine, generation, context.RequestAborted);
                if (stream is null)
                {
                    await chunks.WaitForFirstAsync();
                    stream = new EventStreamWriter(context.Response, options.Value.HeartbeatInterval, time);
                    await stream.StartAsync();
                }

                var choices = Enumerable.Range(0, generation.Choices)
                    .Select(i => new TextChoice(i, request.Echo ? model.Tokenizer.Decode(generation.PromptTokens, skipSpecial: true) : "", model.Tokenizer)).ToArray();
                try
                {
                    while (await chunks.NextAsync())
                    {
                        using var hold = await stream.HoldAsync();
                        var chunk = chunks.Current;
                        trace.Observe(chunk);
                        if (chunk.TokenId >= 0)
                            soFar = soFar with { CompletionTokens = soFar.CompletionTokens + 1 };
                        if (chunk.Summary is { } summary)
                        {
                            total = new AnswerUsage(total.PromptTokens + summary.PromptTokens, total.CompletionTokens + summary.CompletionTokens)
                            {
                                CachedTokens = total.CachedTokens + summary.CachedTokens,
                            };
                        }

                        if (chunk.Finish == FinishReason.Error)
                            failure = Failed(generation, chunk);
                        else if (chunk.Choice >= 0 && choices[chunk.Choice].Append(chunk))
                            WritePart(stream, request, model, choices[chunk.Choice], (prompt * generation.Choices) + chunk.Choice, soFar);
                        if (!chunks.HasMore())
                            await stream.FlushAsync();
                    }
                }
                catch (RequestRefusedException refused)
                {
                    failure = ApiErrors.From(refused);
                }
                if (failure is not null)
                    break;
                prompt++;
            }
            await FinishAsync(stream!, request, model, failure, total);
        }
        finally
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
    }

    private void WritePart(EventStreamWriter stream, CompletionRequest request, ServedModel model, TextChoice choice, int position, AnswerUsage soFar)
    {
        var json = stream.Begin();
        Head(request.Generation, model).Begin(json, "text_completion"u8);
        choice.WritePart(json, position);
        json.WriteEndArray();
        if (request.StreamOptions.ContinuousUsage)
            soFar.Write(json);
        else if (request.StreamOptions.IncludeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
        stream.End();
    }

    private async Task FinishAsync(EventStreamWriter stream, CompletionRequest request, ServedModel model, OpenAIError? failure, AnswerUsage usage)
    {
        using var hold = await stream.HoldAsync();
        if (failure is not null)
        {
            failure.Write(stream.Begin());
            stream.End();
        }
        else if (request.StreamOptions.IncludeUsage)
        {
            var json = stream.Begin();
            Head(request.Generation, model).Begin(json, "text_completion"u8);
            AnswerHead.End(json, usage);
            stream.End();
        }

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

    /// <summary>One choice: whole for an answer at once, in parts for a stream.</summary>
    private sealed class TextChoice(int index, string echo, Tokenizer tokenizer)
    {
        private readonly StringBuilder _text = new(echo);
        private readonly List<LogProbability> _logprobs = [];
        private readonly int _echoed = echo.EnumerateRunes().Count();
        private FinishReason? _finish;

        public int Index => index;

        /// <summary>Takes a chunk; says whether there is something to send.</summary>
        public bool Append(in GenerationChunk chunk)
        {
            _text.Append(chunk.Text);
            if (chunk.Logprob is { } logprob)
                _logprobs.Add(logprob.In(tokenizer));
            _finish = chunk.Finish ?? _finish;
            return _text.Length > 0 || _finish is not null;
        }

        public void Write(Utf8JsonWriter json, int position)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, position);
            json.WriteString("text"u8, _text.ToString());
            LogProbability.WriteText(json, _logprobs, _echoed);
            json.WriteString("finish_reason"u8, _finish is { } finish ? AnswerParts.Name(finish, calledTools: false) : null);
            json.WriteEndObject();
        }

        public void WritePart(Utf8JsonWriter json, int position)
        {
            Write(json, position);
            _text.Clear();
            _logprobs.Clear();
        }
    }
}
