using System.Text;
using System.Text.Json;
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
            BeginObject(json, model, request.Generation.Id);
            for (var prompt = 0; prompt < results.Length; prompt++)
            {
                foreach (var choice in results[prompt].Choices)
                    choice.Write(json, (prompt * request.Generation.Choices) + choice.Index, model.Tokenizer);
            }
            json.WriteEndArray();
            UsageJson.Write(json, results.Sum(r => r.Summary.PromptTokens), results.Sum(r => r.Summary.CachedTokens), results.Sum(r => r.Summary.CompletionTokens));
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task<(TextChoice[] Choices, GenerationSummary Summary)> CollectAsync(
        CompletionRequest request, ServedModel model, GenerationRequest generation, RequestTrace trace, CancellationTokenSource all)
    {
        try
        {
            var echo = request.Echo ? model.Tokenizer.Decode(generation.PromptTokens, skipSpecial: true) : "";
            var choices = Enumerable.Range(0, generation.Choices).Select(i => new TextChoice(i, echo)).ToArray();
            GenerationSummary? summary = null;
            await foreach (var chunk in model.Engine.GenerateAsync(generation, all.Token))
            {
                if (chunk.Finish == FinishReason.Error)
                    throw Failed(generation, chunk);
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
        SseWriter? stream = null;
        try
        {
            int prompt = 0, promptTokens = 0, cachedTokens = 0, completionTokens = 0;
            ApiException? failure = null;
            var usage = request.StreamOptions.ContinuousUsage ? new UsageSoFar(0) : null;
            foreach (var generation in generations)
            {
                if (usage is not null)
                    usage.PromptTokens += generation.PromptTokens.Length;
                await using var chunks = new ChunkReader(model.Engine, generation, context.RequestAborted);
                if (stream is null)
                    await chunks.WaitForFirstAsync();
                stream ??= await SseWriter.StartAsync(context, options.Value.HeartbeatInterval, time);
                var choices = Enumerable.Range(0, generation.Choices)
                    .Select(i => new TextChoice(i, request.Echo ? model.Tokenizer.Decode(generation.PromptTokens, skipSpecial: true) : "")).ToArray();
                try
                {
                    while (await chunks.NextAsync())
                    {
                        await stream.LockAsync();
                        try
                        {
                            var chunk = chunks.Current;
                            trace.Observe(chunk);
                            if (usage is not null && chunk.TokenId >= 0)
                                usage.CompletionTokens++;
                            if (chunk.Summary is { } summary)
                            {
                                promptTokens += summary.PromptTokens;
                                cachedTokens += summary.CachedTokens;
                                completionTokens += summary.CompletionTokens;
                            }
                            if (chunk.Finish == FinishReason.Error)
                                failure = Failed(generation, chunk);
                            else if (chunk.Choice >= 0 && choices[chunk.Choice].Append(chunk))
                            {
                                var json = stream.Begin();
                                BeginObject(json, model, generation.Id);
                                choices[chunk.Choice].WritePart(json, (prompt * generation.Choices) + chunk.Choice, model.Tokenizer);
                                json.WriteEndArray();
                                UsageJson.Write(json, usage);
                                json.WriteEndObject();
                                stream.End();
                            }
                            if (!chunks.HasMore())
                                await stream.FlushAsync();
                        }
                        finally
                        {
                            stream.Unlock();
                        }
                    }
                }
                catch (RequestRefusedException refused)
                {
                    failure = ApiErrors.Translate(refused);
                }
                if (failure is not null)
                    break;
                prompt++;
            }
            await FinishAsync(stream!, request, model, failure, (promptTokens, cachedTokens, completionTokens));
        }
        finally
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
    }

    private async Task FinishAsync(SseWriter stream, CompletionRequest request, ServedModel model, ApiException? failure, (int Prompt, int Cached, int Completion) usage)
    {
        await stream.LockAsync();
        try
        {
            if (failure is not null)
            {
                ApiErrors.Write(stream.Begin(), failure);
                stream.End();
            }
            else if (request.StreamOptions.IncludeUsage)
            {
                var json = stream.Begin();
                BeginObject(json, model, request.Generation.Id);
                json.WriteEndArray();
                UsageJson.Write(json, usage.Prompt, usage.Cached, usage.Completion);
                json.WriteEndObject();
                stream.End();
            }
            stream.Done();
            await stream.FlushAsync();
        }
        finally
        {
            stream.Unlock();
        }
    }

    private void BeginObject(Utf8JsonWriter json, ServedModel model, string id)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, time.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("model"u8, model.Id);
        json.WriteString("system_fingerprint"u8, model.Fingerprint);
        json.WriteStartArray("choices"u8);
    }

    private ApiException Failed(GenerationRequest generation, GenerationChunk chunk)
    {
        Log.AnswerFailed(logger, generation.Id, chunk.Error ?? "the engine stopped");
        return new ApiException(StatusCodes.Status500InternalServerError, "server_error", chunk.Error ?? "The engine could not finish the answer.", code: "generation_failed");
    }

    /// <summary>One choice: whole for an answer at once, in parts for a stream.</summary>
    private sealed class TextChoice(int index, string echo)
    {
        private readonly StringBuilder _text = new(echo);
        private readonly List<TokenLogprob> _logprobs = [];
        private readonly int _echoed = echo.EnumerateRunes().Count();
        private FinishReason? _finish;

        public int Index => index;

        /// <summary>Takes a chunk; says whether there is something to send.</summary>
        public bool Append(in GenerationChunk chunk)
        {
            _text.Append(chunk.Text);
            if (chunk.Logprob is { } logprob)
                _logprobs.Add(logprob);
            _finish = chunk.Finish ?? _finish;
            return _text.Length > 0 || _finish is not null;
        }

        public void Write(Utf8JsonWriter json, int position, Tokenizer tokenizer)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, position);
            json.WriteString("text"u8, _text.ToString());
            LogprobsJson.WriteText(json, tokenizer, _logprobs, _echoed);
            json.WriteString("finish_reason"u8, _finish is { } finish ? FinishReasons.Name(finish, calledTools: false) : null);
            json.WriteEndObject();
        }

        public void WritePart(Utf8JsonWriter json, int position, Tokenizer tokenizer)
        {
            Write(json, position, tokenizer);
            _text.Clear();
            _logprobs.Clear();
        }
    }
}
