using System.Text.Json;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Web;

/// <summary>One turn: a numbered log that every viewer tails, and the script that writes it.</summary>
internal sealed class ScriptedTurn(string id, ScriptedConversation conversation) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lock _lock = new();
    private readonly List<string> _frames = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _cut = new();
    private string _answerId = "";
    private bool _ending;
    private bool _ended;
    private bool _temporary;

    public string Id { get; } = id;

    public ScriptedConversation Conversation { get; } = conversation;

    public int TokenCount { get; private set; }

    public CancellationToken Stopped => _stop.Token;

    /// <summary>Opens when the test says so.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Begin(StartTurn request, Func<string> newId, JsonElement? content = null)
    {
        var parent = request.ParentId ?? (request.Branch == true ? null : Conversation.Leaf);
        var (userId, initial) = ("", "");
        if (request.ContinueMessage == true)
        {
            var answer = Conversation.Messages.First(message => message.Id == parent);
            (_answerId, userId, initial) = (answer.Id, answer.ParentId ?? "", answer.Text ?? "");
            Conversation.Update(_answerId, message => message with { Status = "Streaming", TurnId = Id });
        }
        else
        {
            userId = request.Regenerate == true ? parent! : Conversation.Add(newId(), parent, "user", request.Content ?? "", "Completed", Id, content).Id;
            _answerId = Conversation.Add(newId(), userId, "assistant", "", "Streaming", Id).Id;
        }

        Conversation.RunningTurnId = Id;
        Write("started", new
        {
            TurnId = Id,
            ConversationId = Conversation.Id,
            UserMessageId = userId,
            AssistantMessageId = _answerId,
            Model = request.Model ?? "small",
            ParentId = parent ?? "",
            InitialText = initial,
        });
        if (Conversation.Title.Length == 0 && request.Content is not null)
            Conversation.Title = request.Content.Length > 40 ? request.Content[..40] : request.Content;
        Conversation.Announce();
    }

    /// <summary>Nothing of it is kept and nothing gets an id.</summary>
    public void BeginTemporary(StartTurn request)
    {
        _temporary = true;
        _answerId = Conversation.Add("temporary", null, "assistant", "", "Streaming", Id).Id;
        Write("started", new { TurnId = Id, ConversationId = "", UserMessageId = "", AssistantMessageId = "", Model = request.Model ?? "small" });
    }

    /// <summary>Runs the script to the end of the turn.</summary>
    public void Run(Task script) => _ = FinishAsync(script);

    /// <summary>Says a text word by word.</summary>
    public Task SayAsync(string text)
    {
        foreach (var word in text.Split(' ').Select((word, index) => index == 0 ? word : " " + word))
        {
            if (Stopped.IsCancellationRequested)
                break;
            Token(word);
        }

        return Task.CompletedTask;
    }

    public void Token(string text)
    {
        TokenCount++;
        Conversation.Update(_answerId, message => message with { Text = message.Text + text });
        Write("text", new { Text = text });
    }

    public void Write(string type, object data, bool isLast = false)
    {
        lock (_lock)
        {
            _ended |= isLast;
            _frames.Add($"id: {_frames.Count + 1}\nevent: {type}\ndata: {JsonSerializer.Serialize(data, Json)}\n\n");
            _grown.TrySetResult();
            _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void End(string status, string finishReason = "", object? error = null)
    {
        if (Interlocked.Exchange(ref _ending, true))
            return;
        Conversation.RunningTurnId = null;
        Conversation.Update(_answerId, message => message with { Status = status, TokenCount = TokenCount });
        if (!_temporary)
            Conversation.Announce();
        Write("ended", new
        {
            Status = status,
            FinishReason = finishReason,
            Error = error,
            Usage = new { InputTokens = 12, CachedTokens = 4, OutputTokens = TokenCount },
            Timings = new { TimeToFirstTokenMs = 42.0, TokensPerSecond = 61.5, TotalMs = 900.0, Parts = new { QueueMs = 2.0, PrefillMs = 38.0, DecodeMs = 850.0 } },
        }, isLast: true);
    }

    /// <summary>What is stored with the answer beside its text.</summary>
    public void Store(JsonElement content) => Conversation.Update(_answerId, message => message with { Content = content });

    public void Stop() => _stop.Cancel();

    /// <summary>Cuts every viewer off, in the middle of the stream.</summary>
    public void Cut() => Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _cut.Dispose();
    }

    public async Task WriteAsync(HttpContext context, long after)
    {
        context.Response.ContentType = "text/event-stream";
        var cut = _cut.Token;
        for (var next = (int)after; ;)
        {
            string? frame = null;
            Task grown;
            lock (_lock)
            {
                grown = _grown.Task;
                if (next < _frames.Count)
                    frame = _frames[next++];
                else if (_ended)
                    break;
            }

            if (frame is not null)
            {
                await context.Response.WriteAsync(frame, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                continue;
            }

            try
            {
                await grown.WaitAsync(cut).WaitAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
                return;
            }
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private async Task FinishAsync(Task script)
    {
        try
        {
            await script;
            End(Stopped.IsCancellationRequested ? "Stopped" : "Completed", Stopped.IsCancellationRequested ? "" : "stop");
        }
        catch (Exception exception)
        {
            End("Failed", error: new { Code = "script", Type = "server_error", exception.Message });
        }
    }
}
