using System.Collections.Concurrent;
using System.Text.Json;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Web;

/// <summary>
/// A server on loopback that speaks the Api's app surface and answers by a script, for tests of the page that need an
/// exact stream: a given pace, a cut connection, an answer with markup in it.
/// </summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ScriptedConversation> _conversations = new();
    private readonly ConcurrentDictionary<string, ScriptedTurn> _turns = new();
    private readonly ConcurrentDictionary<string, string> _requests = new();
    private readonly List<string> _seen = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource Came)> _waiting = [];
    private int _ids;
    private int _anonymous;

    private ScriptedApi(WebApplication app) => _app = app;

    /// <summary>Writes the answer to a turn; replace it to script one.</summary>
    public Func<StartTurn, ScriptedTurn, Task> Answer { get; set; } = (_, turn) => turn.SayAsync("Hello.");

    public ScriptedAccounts Accounts { get; } = new();

    public ScriptedAdmin Admin { get; } = new();

    public ScriptedFiles Files { get; } = new();

    public ScriptedChanges Changes { get; } = new();

    /// <summary>Tokens of links and what they show.</summary>
    public ConcurrentDictionary<string, ScriptedConversation> Shares { get; } = new();

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_seen)
                return [.. _seen];
        }
    }

    /// <summary>Requests that came with no session, beside those that open one.</summary>
    public int Anonymous => _anonymous;

    /// <summary>For whom each request was made, as its sender says.</summary>
    public ConcurrentQueue<(string Path, string For)> Forwarded { get; } = new();

    /// <summary>While there is one, turns are refused with it: 429 as of a plan whose limit is reached.</summary>
    public string? Refusal { get; set; }

    /// <summary>The tools that are switched on.</summary>
    public string[] Tools { get; set; } = [];

    /// <summary>While there is one, every request is refused with it for an hour.</summary>
    public string? Limited { get; set; }

    /// <summary>While true, every request is refused as by a server that is away.</summary>
    public bool Down { get; set; }

    public string Address { get; private set; } = "";

    public IReadOnlyCollection<ScriptedTurn> Turns => [.. _turns.Values];

    public static async Task<ScriptedApi> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        var api = new ScriptedApi(builder.Build());
        api.Map();
        await api._app.StartAsync();
        api.Address = api._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return api;
    }

    /// <summary>A conversation with alternating messages of a person and answers.</summary>
    public ScriptedConversation AddConversation(string title, params string[] messages)
    {
        var conversation = NewConversation(title);
        foreach (var text in messages)
            conversation.Add(NextId("msg"), conversation.Leaf, conversation.Messages.Count % 2 == 0 ? "user" : "assistant", text, "Completed");
        return conversation;
    }

    /// <summary>Ends when such a request comes.</summary>
    public Task RequestedAsync(Func<string, bool> wanted)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_seen)
            _waiting.Add((wanted, came));
        return came.Task;
    }

    public void RemoveAll()
    {
        _conversations.Clear();
        _turns.Clear();
        lock (_seen)
            _seen.Clear();
        Shares.Clear();
        Admin.Reset();
        Files.Gate = Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var turn in _turns.Values)
            turn.Cut();
        Changes.Cut();
        await _app.DisposeAsync();
        foreach (var turn in _turns.Values)
            turn.Dispose();
    }

    private string NextId(string prefix) => $"{prefix}_{Interlocked.Increment(ref _ids):D6}";

    private ScriptedConversation NewConversation(string title)
    {
        var conversation = new ScriptedConversation(NextId("conv"), title, Changes.Announce);
        _conversations[conversation.Id] = conversation;
        return conversation;
    }

    private void Map()
    {
        _app.Use(async (context, next) =>
        {
            lock (_seen)
            {
                _seen.Add($"{context.Request.Method} {context.Request.Path}");
                _waiting.RemoveAll(waiting => waiting.Wanted(_seen[^1]) && waiting.Came.TrySetResult());
            }

            Forwarded.Enqueue((context.Request.Path, context.Request.Headers["X-Forwarded-For"].ToString()));
            if (!context.Request.Path.StartsWithSegments("/api/auth") && Accounts.UserOf(context) is null)
                Interlocked.Increment(ref _anonymous);
            if (Down)
            {
                context.Abort();
                return;
            }

            if (Limited is { } limit)
            {
                context.Response.Headers.RetryAfter = "3600";
                await Results.Problem(limit, statusCode: 429).ExecuteAsync(context);
                return;
            }

            if (Accounts.Required && !context.Request.Path.StartsWithSegments("/api/auth") && Accounts.UserOf(context) is null)
            {
                await Results.Problem("Sign in first.", statusCode: 401).ExecuteAsync(context);
                return;
            }

            await next(context);
        });

        _app.MapPost("/api/auth/guest", () => Results.Json(Accounts.AddGuest(), statusCode: 201));
        _app.MapPost("/api/auth/refresh", (RefreshBody body) =>
            Accounts.Refresh(body.RefreshToken) is { } answer ? Results.Json(answer) : Results.Problem("This refresh token was used before.", statusCode: 401));

        _app.MapGet("/api/auth/sign-up", () => new { Allowed = true, FirstAccount = Accounts.IsFirst });
        foreach (var form in (string[])["sign-up", "password"])
        {
            _app.MapPost($"/api/auth/{form}", (JsonElement body) =>
            {
                Accounts.Posted.Enqueue(body);
                return Results.Json(Accounts.AddGuest(), statusCode: 201);
            });
        }

        _app.MapGet("/api/models", () => new
        {
            Data = new object[]
            {
                new { Id = "small", Tier = "fast", ContextWindow = 8192, Capabilities = new[] { "chat" }, InputPricePerMillion = 0.1, OutputPricePerMillion = 0.4, Description = "Quick answers", Tools },
                new { Id = "large", Tier = "best", ContextWindow = 128_000, Capabilities = new[] { "chat", "tools" }, InputPricePerMillion = 2.0, OutputPricePerMillion = 8.0, Description = "Careful answers" },
            },
        });
        _app.MapGet("/api/me", (HttpContext context) => new
        {
            Id = Accounts.UserOf(context) ?? "user_1",
            Kind = Accounts.UserOf(context) is null ? Accounts.Kind : "guest",
            Accounts.Role,
            Plan = "unlimited",
            Email = Accounts.Kind == "account" ? "person1@example.org" : null,
        });
        _app.MapDelete("/api/me", (HttpContext context) => Accounts.Remove(context) ? Results.NoContent() : Results.Problem("Give the account's password to delete it.", statusCode: 403));
        _app.MapGet("/api/me/export", () => new { User = "me", Conversations = _conversations.Count });
        _app.MapGet("/api/me/sessions", () => new { Data = new[] { new { Id = "session_1", UserAgent = "A browser", LastUsedAt = DateTimeOffset.UtcNow, Current = true } } });
        _app.MapGet("/api/keys", () => new { Data = Enumerable.Range(1, Accounts.Keys).Select(key => new { Id = $"key_{key}", Name = $"Key {key}", Prefix = "sk-", CreatedAt = DateTimeOffset.UtcNow }) });
        Admin.Map(_app);
        Files.Map(_app);
        Changes.Map(_app);
        MapFoldersAndShares();
        _app.MapGet("/api/conversations", List);
        _app.MapGet("/api/conversations/{id}", (string id) => _conversations.TryGetValue(id, out var found) ? Results.Json(found.Detail()) : Missing(id));
        _app.MapPatch("/api/conversations/{id}", (string id, ConversationChange change) =>
        {
            if (!_conversations.TryGetValue(id, out var found))
                return Missing(id);
            found.Change(change);
            return Results.Json(found.Summary());
        });
        _app.MapDelete("/api/conversations/{id}", (string id) =>
        {
            if (!_conversations.TryRemove(id, out _))
                return Missing(id);
            Changes.AnnounceDeleted(id);
            return Results.NoContent();
        });
        _app.MapPost("/api/turns", RunAsync);
        _app.MapGet("/api/turns/{id}/events", (string id, HttpContext context) => _turns.TryGetValue(id, out var turn)
            ? turn.WriteAsync(context, long.TryParse(context.Request.Headers["Last-Event-ID"], out var after) ? after : 0)
            : Missing(id).ExecuteAsync(context));
        _app.MapPost("/api/turns/{id}/stop", (string id) =>
        {
            if (!_turns.TryGetValue(id, out var turn))
                return Missing(id);
            turn.Stop();
            return Results.Json(new { Status = "Stopped" });
        });
        _app.MapGet("/api/turns/{id}", (string id) => _turns.TryGetValue(id, out var turn)
            ? Results.Text($$$"""{"turn":"{{{id}}}","usage":{"inputTokens":12,"cachedTokens":4,"outputTokens":{{{turn.TokenCount}}}},"timings":{"ttftMs":42,"tokensPerSecond":61.5,"totalMs":900,"parts":{"queueMs":2,"prefillMs":38,"decodeMs":850}},"prompt":{"leftOut":["msg_1","msg_2"]}}""", "application/json")
            : Missing(id));
    }

    private void MapFoldersAndShares()
    {
        _app.MapPatch("/api/folders/{name}", (string name, FolderBody body) => Refile(name, body.Name));
        _app.MapDelete("/api/folders/{name}", (string name) => Refile(name, ""));
        _app.MapGet("/api/conversations/export", (string conversation_id) => new { Format = "chatapp.conversations", Conversations = new[] { _conversations[conversation_id].Detail() } });
        _app.MapGet("/api/conversations/{id}/shares", (string id) => new { Data = Shares.Where(share => share.Value.Id == id).Select(share => new { Id = $"share_{share.Key}", Token = share.Key, CreatedAt = DateTimeOffset.UtcNow }) });
        _app.MapPost("/api/conversations/{id}/shares", (string id) =>
        {
            var token = NextId("token");
            Shares[token] = _conversations[id];
            return Results.Json(new { Id = $"share_{token}", Token = token, CreatedAt = DateTimeOffset.UtcNow }, statusCode: 201);
        });
        _app.MapDelete("/api/shares/{id}", (string id) => Shares.TryRemove(id["share_".Length..], out _) ? Results.NoContent() : Missing(id));
        _app.MapGet("/api/shared/{token}", (string token) => Shares.TryGetValue(token, out var shared)
            ? Results.Json(new { shared.Title, shared.CreatedAt, Messages = shared.Messages.Select(message => new { message.Role, message.Text }) })
            : Missing(token));
    }

    private IResult Refile(string from, string to)
    {
        foreach (var conversation in _conversations.Values.Where(conversation => conversation.Folder == from))
            conversation.Change(new ConversationChange { Folder = to });
        Changes.AnnounceAll();
        return Results.NoContent();
    }

    private IResult List(int limit = 30, string? cursor = null, bool archived = false, string? folder = null, string? q = null)
    {
        var hits = _conversations.Values
            .Where(conversation => conversation.Archived == archived && (folder is null || !string.IsNullOrEmpty(q) || (conversation.Folder ?? "") == folder) && (string.IsNullOrEmpty(q) || conversation.Matches(q)))
            .OrderByDescending(conversation => conversation.UpdatedAt).ThenByDescending(conversation => conversation.Id, StringComparer.Ordinal)
            .ToList();
        var start = cursor is null ? 0 : hits.FindIndex(conversation => conversation.Id == cursor) + 1;
        var page = hits.Skip(start).Take(limit).ToList();
        return Results.Json(new
        {
            Data = page.Select(conversation => conversation.Summary(q)),
            NextCursor = start + page.Count < hits.Count ? page[^1].Id : null,
            Folders = _conversations.Values.Select(conversation => conversation.Folder).OfType<string>().Distinct().Order(),
        });
    }

    private async Task RunAsync(StartTurn request, HttpContext context)
    {
        if (Refusal is { } refusal)
        {
            await Results.Problem(refusal, statusCode: 429).ExecuteAsync(context);
            return;
        }

        if (_requests.TryGetValue(request.RequestId, out var known) && _turns.TryGetValue(known, out var first))
        {
            await first.WriteAsync(context, 0);
            return;
        }

        var conversation = request.ConversationId is { Length: > 0 } id
            ? _conversations.GetValueOrDefault(id)
            : NewConversation("");
        if (conversation is null)
        {
            await Missing(request.ConversationId!).ExecuteAsync(context);
            return;
        }

        var turn = new ScriptedTurn(NextId("turn"), conversation);
        if (request.Temporary == true)
        {
            _conversations.TryRemove(conversation.Id, out _);
            turn.BeginTemporary(request);
            context.RequestAborted.Register(turn.Stop);
        }
        else
        {
            turn.Begin(request, () => NextId("msg"), Files.ContentOf(request.FileIds));
        }

        _turns[turn.Id] = turn;
        _requests[request.RequestId] = turn.Id;
        turn.Run(Task.Run(() => Answer(request, turn)));
        await turn.WriteAsync(context, 0);
    }

    private static IResult Missing(string id) => Results.Problem($"There is nothing with the id '{id}'.", statusCode: 404);

    private sealed record FolderBody(string Name);

    private sealed record RefreshBody(string RefreshToken);
}
