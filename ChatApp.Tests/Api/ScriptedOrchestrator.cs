using System.Collections.Concurrent;
using System.Globalization;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Api;

/// <summary>
/// An orchestrator on loopback whose answers cost what a test says and last as long as it says. What the edge makes of them
/// is the edge's own code; the real one is met in the graph's tests.
/// </summary>
public sealed class ScriptedOrchestrator : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedOrchestrator(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public int InputTokens { get; set; } = 3;

    public int OutputTokens { get; set; } = 7;

    public double Price { get; set; }

    /// <summary>How turns end; null: well.</summary>
    public Error? Failure { get; set; }

    /// <summary>What a completion says.</summary>
    public string Content { get; set; } = "ok";

    /// <summary>Answers begin and then wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>What was metered: whose, for what, under which id, how many tokens.</summary>
    public ConcurrentDictionary<string, (string Owner, string Purpose, int Input, int Output)> Metered { get; } = [];

    /// <summary>Whose files were all deleted.</summary>
    public ConcurrentQueue<(string Owner, string Role)> Emptied { get; } = [];

    /// <summary>Whose things were given to whom.</summary>
    public ConcurrentQueue<(string From, string To)> Adopted { get; } = [];

    /// <summary>An answer is being written for whoever would give theirs.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Turns begin, then the replica is gone and no other is there.</summary>
    public bool IsAway { get; set; }

    public int Started => _started;

    /// <summary>How often a turn was attached to.</summary>
    public int Resumed => _resumed;

    /// <summary>How often the list of models was asked for.</summary>
    public int Listed => _listed;

    /// <summary>Idempotency keys of the completions so far.</summary>
    private readonly ConcurrentDictionary<string, byte> _keys = [];

    private int _started;
    private int _listed;
    private int _resumed;

    public static async Task<ScriptedOrchestrator> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        ScriptedOrchestrator? self = null;
        builder.Services.AddSingleton(_ => self!);
        var app = builder.Build();
        app.MapGrpcService<CompletionsScript>();
        app.MapGrpcService<TurnsScript>();
        app.MapGrpcService<MeteringScript>();
        app.MapGrpcService<ConversationsScript>();
        app.MapGrpcService<FilesScript>();
        app.MapGrpcService<TransfersScript>();
        self = new ScriptedOrchestrator(app);
        await app.StartAsync();
        return self;
    }

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        await _app.DisposeAsync();
    }

    /// <summary>Meters a generation, once by its id.</summary>
    public void Meter(string owner, string purpose, string? id = null) =>
        Metered.TryAdd(id ?? Guid.NewGuid().ToString("N"), (owner, purpose, InputTokens, OutputTokens));

    private static CallerIdentity Caller(ServerCallContext context) =>
        new CallerIdentitySigner(EdgeHost.IdentityKey, TimeProvider.System).TryVerify(context.RequestHeaders.GetValue(CallerIdentity.HeaderName), out var identity, out var reason)
            ? identity
            : throw new RpcException(new Status(StatusCode.Unauthenticated, reason));

    private sealed class MeteringScript(ScriptedOrchestrator script) : Metering.MeteringBase
    {
        public override Task<UsageReport> GetUsage(GetUsageRequest request, ServerCallContext context)
        {
            var caller = Caller(context);
            if ((request.Everyone || request.UserId.Length > 0) && caller.Role != "admin")
                throw new RpcException(new Status(StatusCode.PermissionDenied, "Not an administrator."));
            var owner = request.UserId.Length > 0 ? request.UserId : caller.Subject;
            return Task.FromResult(new UsageReport
            {
                Days =
                {
                    script.Metered.Values.Where(entry => request.Everyone || entry.Owner == owner).GroupBy(entry => entry.Purpose).Select(group => new DayUsage
                    {
                        Day = request.To,
                        Model = "scripted",
                        Purpose = group.Key,
                        Generations = group.Count(),
                        InputTokens = group.Sum(entry => entry.Input),
                        OutputTokens = group.Sum(entry => entry.Output),
                        Cost = (group.Sum(entry => entry.Input + entry.Output) * (decimal)script.Price / 1_000_000).ToString(CultureInfo.InvariantCulture),
                    }),
                },
            });
        }
    }

    private sealed class CompletionsScript(ScriptedOrchestrator script) : Completions.CompletionsBase
    {
        public override async Task Complete(CompletionRequest request, IServerStreamWriter<CompletionChunk> responseStream, ServerCallContext context)
        {
            script.Bodies.Enqueue(request.Body.ToStringUtf8());
            Interlocked.Increment(ref script._started);
            if (script.Gate is { } gate)
                await gate.Task.WaitAsync(context.CancellationToken);
            var isRepeated = request.RequestId.Length > 0 && !script._keys.TryAdd(request.RequestId, 0);
            if (!isRepeated)
                script.Meter(Caller(context).Subject, request.Operation);
            var usage = $$"""{"prompt_tokens":{{script.InputTokens}},"completion_tokens":{{script.OutputTokens}}}""";
            if (!request.Body.ToStringUtf8().Contains("\"stream\":true", StringComparison.Ordinal))
            {
                await Send($$"""{"id":"c","object":"chat.completion","model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":"{{script.Content}}"},"finish_reason":"stop"}],"usage":{{usage}}}""");
                return;
            }

            await Send("""{"id":"c","object":"chat.completion.chunk","model":"scripted","choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":null}]}""");
            await Send("""{"id":"c","object":"chat.completion.chunk","model":"scripted","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
            await Send($$"""{"id":"c","object":"chat.completion.chunk","model":"scripted","choices":[],"usage":{{usage}}}""");

            Task Send(string json) => responseStream.WriteAsync(new CompletionChunk { Json = ByteString.CopyFromUtf8(json), Repeated = isRepeated });
        }

        public override Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context)
        {
            Interlocked.Increment(ref script._listed);
            return Task.FromResult(new ListModelsReply
            {
                Models = { new Model { Id = "scripted", Tier = "fast", ContextWindow = 4096, InputPricePerMillion = script.Price, OutputPricePerMillion = script.Price } },
            });
        }
    }

    private sealed class TransfersScript(ScriptedOrchestrator script) : Transfers.TransfersBase
    {
        public override Task<AdoptReply> Adopt(AdoptRequest request, ServerCallContext context)
        {
            if (script.IsWriting)
                throw new RpcException(new Status(StatusCode.Aborted, "An answer is still being written."));
            new CallerIdentitySigner(EdgeHost.IdentityKey, TimeProvider.System).TryVerify(request.GuestIdentity, out var from, out var reason).ShouldBeTrue(reason);
            script.Adopted.Enqueue((from!.Subject, Caller(context).Subject));
            return Task.FromResult(new AdoptReply());
        }
    }

    private sealed class FilesScript(ScriptedOrchestrator script) : Files.FilesBase
    {
        public override Task<DeleteFileReply> DeleteAll(DeleteAllFilesRequest request, ServerCallContext context)
        {
            var caller = Caller(context);
            script.Emptied.Enqueue((caller.Subject, caller.Role));
            return Task.FromResult(new DeleteFileReply());
        }
    }

    private sealed class ConversationsScript : Conversations.ConversationsBase
    {
        public override Task<ListConversationsReply> List(ListConversationsRequest request, ServerCallContext context) => Task.FromResult(new ListConversationsReply());

        public override async Task Watch(WatchRequest request, IServerStreamWriter<ConversationEvent> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new ConversationEvent { Everything = true });
            await responseStream.WriteAsync(new ConversationEvent { Conversation = new Conversation { Id = "conv_1", Title = "Named", CreatedAt = new(), UpdatedAt = new() } });
            await responseStream.WriteAsync(new ConversationEvent { DeletedId = "conv_2" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }

    private sealed class TurnsScript(ScriptedOrchestrator script) : Turns.TurnsBase
    {
        public override async Task Run(RunTurnRequest request, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
        {
            Interlocked.Increment(ref script._started);
            var id = "turn_" + request.RequestId;
            await responseStream.WriteAsync(new TurnEvent
            {
                Number = 1,
                Started = new TurnStarted { TurnId = id, ConversationId = "conv_1", Model = "scripted", AssistantMessageId = "msg_1", UserMessageId = "msg_0" },
            });
            await EndAsync(id, responseStream, context);
        }

        public override Task Resume(ResumeTurnRequest request, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
        {
            Interlocked.Increment(ref script._resumed);
            return EndAsync(request.TurnId, responseStream, context);
        }

        private async Task EndAsync(string id, IServerStreamWriter<TurnEvent> responseStream, ServerCallContext context)
        {
            if (script.IsAway)
                throw new RpcException(new Status(StatusCode.Unavailable, "Away."));
            if (script.Gate is { } gate)
                await gate.Task.WaitAsync(context.CancellationToken);
            script.Meter(Caller(context).Subject, "turn", id);
            await responseStream.WriteAsync(new TurnEvent
            {
                Number = 2,
                Ended = script.Failure is { } failure ? new TurnEnded { Status = "Failed", Error = failure } : new TurnEnded { Status = "Completed", FinishReason = "stop", Usage = new Usage { InputTokens = script.InputTokens, OutputTokens = script.OutputTokens } },
            });
        }
    }
}
