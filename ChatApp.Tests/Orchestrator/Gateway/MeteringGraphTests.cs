using System.Globalization;
using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Google.Protobuf;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Gateway;

[Category("Graph")]
public sealed class MeteringGraphTests
{
    private OrchestratorGraph _graph = null!;

    [OneTimeSetUp]
    public async Task StartGraph() => _graph = await OrchestratorGraph.StartAsync(replicas: 1, new Dictionary<string, string>
    {
        // A title is a generation too, at a time of its own.
        ["Conversations__Titles"] = "false",
        ["Gateway__Models__0__Id"] = "priced",
        ["Gateway__Models__0__Routes__0__Upstream"] = "scripted",
        ["Gateway__Models__0__Routes__0__Model"] = "scripted",
        ["Gateway__Models__0__InputPrice"] = "1000",
        ["Gateway__Models__0__OutputPrice"] = "100000",
    });

    [OneTimeTearDown]
    public async Task StopGraph()
    {
        if (_graph is not null)
            await _graph.DisposeAsync();
    }

    [Test]
    public async Task Turns_and_stateless_calls_add_up_per_user_day_and_model_in_tokens_and_money()
    {
        var user = $"user-{Guid.NewGuid():N}";
        await new ViewedTurn().FollowAsync(_graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=20", Model = "priced" }, As(user)));
        foreach (var stream in new[] { true, false })
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "priced", stream, messages = new[] { new { role = "user", content = "tokens=10" } } });
            using var call = _graph.First.Completions.Complete(new CompletionRequest { Operation = "chat.completions", Body = ByteString.CopyFrom(body) }, As(user));
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
            {
            }
        }

        var report = await _graph.First.Metering.GetUsageAsync(new GetUsageRequest(), As(user));

        report.Days.Select(day => (day.Model, day.Purpose, day.Generations, day.OutputTokens)).ShouldBe(
            [("priced", "chat.completions", 2, 20), ("priced", "turn", 1, 20)], ignoreOrder: true);
        foreach (var day in report.Days)
            decimal.Parse(day.Cost, CultureInfo.InvariantCulture).ShouldBe((day.InputTokens * 0.001m) + (day.OutputTokens * 0.1m));
        (await _graph.First.Metering.GetUsageAsync(new GetUsageRequest(), As("someone else"))).Days.ShouldBeEmpty();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stateless_call_that_is_repeated_under_its_key_is_answered_as_before_and_generates_nothing(bool stream)
    {
        var user = $"user-{Guid.NewGuid():N}";
        var first = await CompleteAsync("key", $"tokens=5 {user}");
        var again = await CompleteAsync("key", $"tokens=5 {user}");
        var other = await CompleteAsync("another", $"tokens=5 {user}");

        again.Select(chunk => chunk.Json).ShouldBe(first.Select(chunk => chunk.Json));
        again.ShouldAllBe(chunk => chunk.Repeated);
        first.Concat(other).ShouldAllBe(chunk => !chunk.Repeated);
        (await _graph.ScalarAsync<int>("SELECT count(*)::int FROM chat.usage_events WHERE user_id = @user", new { user })).ShouldBe(2);
        (await Should.ThrowAsync<RpcException>(() => CompleteAsync("key", "something else"))).StatusCode.ShouldBe(StatusCode.AlreadyExists);

        async Task<List<CompletionChunk>> CompleteAsync(string key, string content)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "priced", stream, messages = new[] { new { role = "user", content } } });
            using var call = _graph.First.Completions.Complete(new CompletionRequest { Operation = "chat.completions", Body = ByteString.CopyFrom(body), RequestId = key }, As(user));
            var chunks = new List<CompletionChunk>();
            await foreach (var chunk in call.ResponseStream.ReadAllAsync())
                chunks.Add(chunk);
            return chunks;
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Stateless_calls_under_one_key_at_once_are_one_generation(bool stream)
    {
        var user = $"user-{Guid.NewGuid():N}";
        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CompleteAsync("key", $"tokens=10 delay=50 {user}")));
        all.ShouldAllBe(answer => answer.Select(chunk => chunk.Json).SequenceEqual(all[0].Select(chunk => chunk.Json)));
        all.Count(answer => answer.All(chunk => !chunk.Repeated)).ShouldBe(1);
        (await _graph.ScalarAsync<int>("SELECT count(*)::int FROM chat.usage_events WHERE user_id = @user", new { user })).ShouldBe(1);

        async Task<List<CompletionChunk>> CompleteAsync(string key, string content)
        {
            using var call = Complete(user, key, content, stream);
            return await ReadAsync(call);
        }
    }

    [Test]
    public async Task A_call_that_was_left_is_made_by_whoever_waits_for_it_and_another_under_its_key_is_refused()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var first = Complete(user, "key", "tokens=60 delay=50", stream: true);
        (await first.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        using (var different = Complete(user, "key", "something else", stream: true))
            (await Should.ThrowAsync<RpcException>(() => ReadAsync(different))).StatusCode.ShouldBe(StatusCode.AlreadyExists);
        using var second = Complete(user, "key", "tokens=60 delay=50", stream: true);
        var waits = ReadAsync(second);

        first.Dispose();

        var made = await waits;
        made.Count.ShouldBeGreaterThan(60);
        made.ShouldAllBe(chunk => !chunk.Repeated);
    }

    private AsyncServerStreamingCall<CompletionChunk> Complete(string user, string key, string content, bool stream)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "priced", stream, messages = new[] { new { role = "user", content } } });
        return _graph.First.Completions.Complete(new CompletionRequest { Operation = "chat.completions", Body = ByteString.CopyFrom(body), RequestId = key }, As(user));
    }

    private static async Task<List<CompletionChunk>> ReadAsync(AsyncServerStreamingCall<CompletionChunk> call)
    {
        var chunks = new List<CompletionChunk>();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
            chunks.Add(chunk);
        return chunks;
    }

    [Test]
    public async Task Administrators_see_what_someone_and_everyone_used_and_nobody_else_does()
    {
        var (one, other) = ($"user-{Guid.NewGuid():N}", $"user-{Guid.NewGuid():N}");
        foreach (var user in new[] { one, other, other })
            await new ViewedTurn().FollowAsync(_graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=5", Model = "priced" }, As(user)));

        var theirs = await _graph.First.Metering.GetUsageAsync(new GetUsageRequest { UserId = other }, As("root", "admin"));
        theirs.Days.Single().Generations.ShouldBe(2);
        var all = (await _graph.First.Metering.GetUsageAsync(new GetUsageRequest { Everyone = true }, As("root", "admin"))).Days.Where(day => day.Purpose == "turn").ToList();
        all.Sum(day => day.Generations).ShouldBeGreaterThanOrEqualTo(3);
        all.Sum(day => decimal.Parse(day.Cost, CultureInfo.InvariantCulture)).ShouldBeGreaterThan(1.5m);

        foreach (var request in (GetUsageRequest[])[new() { UserId = other }, new() { Everyone = true }])
            (await Should.ThrowAsync<RpcException>(() => _graph.First.Metering.GetUsageAsync(request, As(one)).ResponseAsync)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    [Test]
    public async Task A_stopped_turn_is_metered_with_its_input_and_what_it_wrote()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var turn = new ViewedTurn();
        using var run = _graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=2000 delay=20", Model = "priced" }, As(user));
        await turn.FollowAsync(run, seen => seen.Last >= 5);
        await _graph.First.Turns.StopAsync(new StopTurnRequest { TurnId = turn.TurnId }, As(user));
        await turn.FollowAsync(_graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = turn.TurnId, After = turn.Last }, As(user)));

        var day = (await _graph.First.Metering.GetUsageAsync(new GetUsageRequest(), As(user))).Days.Single(entry => entry.Model == "priced");

        turn.Ended.ShouldNotBeNull().Status.ShouldBe("Stopped");
        day.OutputTokens.ShouldBe(turn.Ended.Usage.OutputTokens);
        day.OutputTokens.ShouldBeInRange(1, 1999);
        day.InputTokens.ShouldBeGreaterThan(0);
    }

    [TestCase("2026-02-30", "")]
    [TestCase("2026-02-02", "2026-02-01")]
    [TestCase("2020-01-01", "2026-01-01")]
    public async Task A_wrong_range_of_days_is_refused_by_name(string from, string to)
    {
        var refused = await Should.ThrowAsync<RpcException>(() => _graph.First.Metering.GetUsageAsync(new GetUsageRequest { From = from, To = to }, As("u")).ResponseAsync);

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.Status.Detail.ShouldContain("from");
    }
}
