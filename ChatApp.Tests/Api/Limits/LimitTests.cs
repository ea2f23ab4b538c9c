using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Api.Limits;

/// <summary>Requests, tokens and turns at a time, under the limits of a plan.</summary>
public sealed class LimitTests : LimitedEdge
{
    [Test]
    public async Task Requests_beyond_the_plan_are_refused_in_OpenAI_s_words_on_every_replica()
    {
        using var here = await UserAsync(One, "five");
        using var there = Two.Client(Token(here));

        for (var i = 0; i < 5; i++)
        {
            var answer = (await (i % 2 == 0 ? here : there).PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);
            answer.Headers["x-ratelimit-limit-requests"].ShouldBe("5");
            int.Parse(answer.Headers["x-ratelimit-remaining-requests"], CultureInfo.InvariantCulture).ShouldBe(4 - i);
            answer.Headers["x-ratelimit-reset-requests"].ShouldEndWith("s");
        }

        foreach (var client in (EdgeClient[])[here, there])
        {
            var refused = (await client.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
            int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture).ShouldBeInRange(1, 12);
            refused.Headers["x-ratelimit-remaining-requests"].ShouldBe("0");
            ((string)refused.Json["error"]!["type"]!).ShouldBe("requests");
        }
    }

    [TestCase("POST /v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("POST /v1/completions", """{"prompt":"hi"}""")]
    [TestCase("POST /v1/embeddings", """{"input":"hi"}""")]
    [TestCase("POST /v1/chat/completions", """{"conversation_id":"conv_1","messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("POST /api/turns", """{"content":"hi"}""")]
    public async Task Every_route_under_the_plan_s_limit_takes_from_it(string route, string body)
    {
        ChatApp.Api.Gate.RouteTable.Find(route)!.Limit.ShouldBe(ChatApp.Api.Abuse.RouteLimit.Turn);
        using var user = await UserAsync(One, "five");
        for (var i = 0; i < 5; i++)
            (await user.PostAsync(route.Split(' ')[1], body)).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync(route.Split(' ')[1], body)).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public void The_routes_under_the_plan_s_limit_are_those_tested_here() =>
        ChatApp.Api.Gate.RouteTable.Routes.Where(route => ChatApp.Api.Gate.RouteTable.Find(route)!.Limit == ChatApp.Api.Abuse.RouteLimit.Turn).Order()
            .ShouldBe(["POST /api/turns", "POST /v1/chat/completions", "POST /v1/completions", "POST /v1/embeddings"]);

    [Test]
    public async Task Calls_that_run_no_model_have_a_limit_of_their_own()
    {
        using var user = await UserAsync(One, "calls");
        for (var i = 0; i < 3; i++)
            (await user.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Tokens_are_reserved_by_estimate_and_settled_by_what_was_used()
    {
        using var user = await UserAsync(One, "tokens");
        var body = new { model = "scripted", max_tokens = 400, messages = new[] { new { role = "user", content = "hi" } } };

        Remaining(await user.PostAsync("/v1/chat/completions", body)).ShouldBeInRange(540, 600);
        // 10 were used: the second reservation starts from 990 and leaves some 570.
        Remaining(await user.PostAsync("/v1/chat/completions", body)).ShouldBeInRange(540, 600);

        Orchestrator.OutputTokens = 5000;
        (await user.PostAsync("/v1/chat/completions", body)).ShouldBe(HttpStatusCode.OK);
        var refused = (await user.PostAsync("/v1/chat/completions", body)).ShouldBe(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        ((string)refused.Json["error"]!["type"]!).ShouldBe("tokens");
        // More was used than was there: the debt has to be waited for.
        int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture).ShouldBeGreaterThan(200);
    }

    [Test]
    public async Task A_stream_that_did_not_ask_for_usage_shows_none_and_is_charged_all_the_same()
    {
        using var user = await UserAsync(One, "tokens");
        var plain = await user.PostAsync("/v1/chat/completions", new { stream = true, messages = new[] { new { role = "user", content = "hi" } } });
        plain.Text.ShouldNotContain("usage");
        plain.Text.ShouldEndWith("data: [DONE]\n\n");
        var asked = await user.PostAsync("/v1/chat/completions", new { stream = true, stream_options = new { include_usage = true }, messages = new[] { new { role = "user", content = "hi" } } });
        var events = asked.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => JsonNode.Parse(line["data: ".Length..])!).ToList();
        events.ShouldAllBe(chunk => chunk.AsObject().ContainsKey("usage"));
        events.SkipLast(1).ShouldAllBe(chunk => chunk["usage"] == null);
        events.Count.ShouldBeGreaterThan(1);
        ((int)events[^1]["usage"]!["completion_tokens"]!).ShouldBe(7);

        var total = (await user.GetAsync("/api/usage")).ShouldBe(HttpStatusCode.OK).Json["total"]!;
        ((int)total["input_tokens"]!).ShouldBe(6);
        ((int)total["output_tokens"]!).ShouldBe(14);
        ((int)total["requests"]!).ShouldBe(2);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stateless_call_that_is_repeated_under_its_key_takes_no_more_tokens(bool stream)
    {
        using var user = await UserAsync(One, "tokens");
        Orchestrator.OutputTokens = 300;
        var body = new { model = "scripted", max_tokens = 400, stream, messages = new[] { new { role = "user", content = "hi" } } };
        user.Headers.Add("Idempotency-Key", $"{stream} {Token(user)[^20..]}");

        Remaining(await user.PostAsync("/v1/chat/completions", body)).ShouldBeInRange(540, 600);
        // 303 were used, and then none.
        Remaining(await user.PostAsync("/v1/chat/completions", body)).ShouldBeInRange(240, 320);
        Remaining(await user.PostAsync("/v1/chat/completions", body)).ShouldBeInRange(240, 330);
    }

    [Test]
    public async Task A_second_turn_waits_for_the_first_on_whichever_replica_it_is_asked()
    {
        using var here = await UserAsync(One, "single");
        using var there = Two.Client(Token(here));
        var before = Orchestrator.Started;
        Orchestrator.Gate = new TaskCompletionSource();
        var first = here.PostAsync("/v1/chat/completions", Chat);
        await Eventually.HoldsAsync(() => Orchestrator.Started > before);

        (await there.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");

        Orchestrator.Gate.SetResult();
        (await first).ShouldBe(HttpStatusCode.OK);
        (await there.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("/api/turns", """{"content":"hi","request_id":"ID"}""")]
    [TestCase("/v1/chat/completions", """{"conversation_id":"conv_1","request_id":"ID","messages":[{"role":"user","content":"hi"}]}""")]
    public async Task A_request_that_is_repeated_while_its_turn_runs_needs_no_second_slot(string route, string body)
    {
        using var here = await UserAsync(One, "single");
        using var there = Two.Client(Token(here));
        var before = Orchestrator.Started;
        Orchestrator.Gate = new TaskCompletionSource();
        body = body.Replace("ID", "twice-" + Token(here)[^8..], StringComparison.Ordinal);
        var first = here.PostAsync(route, body);
        await Eventually.HoldsAsync(() => Orchestrator.Started > before);
        var again = there.PostAsync(route, body);
        await Eventually.HoldsAsync(() => Orchestrator.Started > before + 1);
        (await there.PostAsync("/api/turns", new { content = "another" })).ShouldBe(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");

        Orchestrator.Gate.SetResult();
        Orchestrator.Gate = null;
        (await first).ShouldBe(HttpStatusCode.OK);
        (await again).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_turn_whose_viewer_left_keeps_its_slot_and_is_charged_when_it_ends()
    {
        using var user = await UserAsync(One, "single");
        Orchestrator.Gate = new TaskCompletionSource();
        using (var leaving = new HttpClient { BaseAddress = One.Address })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns")
            {
                Content = new StringContent("""{"content":"hi","request_id":"left"}""", System.Text.Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = new("Bearer", Token(user));
            using var response = await leaving.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.TooManyRequests);
        Orchestrator.Gate.SetResult();

        await Eventually.HoldsAsync(async () => (await user.GetAsync("/api/usage")).Json["total"]!["output_tokens"]!.GetValue<int>() == 7);
        Orchestrator.Gate = null;
        await Eventually.HoldsAsync(async () => (await user.PostAsync("/v1/chat/completions", Chat)).Status == HttpStatusCode.OK);
    }

    [Test]
    public async Task A_turn_whose_stream_broke_keeps_its_slot_until_its_end_is_seen()
    {
        await using var edge = await BriefAsync();
        using var user = await UserAsync(edge, "single");
        Orchestrator.IsAway = true;

        var broke = (await user.PostAsync("/api/turns", new { content = "hi", request_id = "broke-" + Token(user)[^8..] })).ShouldBe(HttpStatusCode.OK);
        broke.Text.ShouldContain("event: error");
        (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");

        Orchestrator.IsAway = false;
        await Eventually.HoldsAsync(async () => (await user.PostAsync("/v1/chat/completions", Chat)).Status == HttpStatusCode.OK);
        var usage = (await user.GetAsync("/api/usage")).Json;
        usage["data"]!.AsArray().Select(row => (string)row!["purpose"]!).ShouldBe(["turn", "chat.completions"], ignoreOrder: true);
    }

    [Test]
    public async Task A_temporary_turn_whose_replica_is_lost_ends_as_interrupted_and_is_looked_for_nowhere()
    {
        await using var edge = await BriefAsync();
        using var user = await UserAsync(edge, "single");
        Orchestrator.IsAway = true;
        var before = Orchestrator.Resumed;

        var lost = (await user.PostAsync("/api/turns", new { content = "hi", temporary = true })).ShouldBe(HttpStatusCode.OK);

        lost.Text.ShouldContain("\"status\":\"Interrupted\"");
        lost.Text.ShouldNotContain("event: error");
        Orchestrator.Resumed.ShouldBe(before);
        Orchestrator.IsAway = false;
        (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Models_that_do_not_exist_are_under_the_plan_s_limits_and_don_t_cost_everyone_the_list()
    {
        using var user = await UserAsync(One, "five");
        (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);
        var before = Orchestrator.Listed;
        for (var i = 0; i < 4; i++)
            (await user.PostAsync("/api/turns", new { content = "hi", model = $"no-such-model-{i}" })).ShouldBe(HttpStatusCode.NotFound, "model_not_found");
        (await user.PostAsync("/api/turns", new { content = "hi", model = "no-such-model" })).ShouldBe(HttpStatusCode.TooManyRequests);
        (Orchestrator.Listed - before).ShouldBeLessThan(4);
    }

    [Test]
    public async Task A_request_that_is_repeated_attaches_to_its_turn_and_costs_nothing_more()
    {
        using var user = await UserAsync(One, "tokens");
        for (var i = 0; i < 3; i++)
            (await user.PostAsync("/api/turns", new { content = "hi", request_id = "again-" + Token(user)[^8..] })).ShouldBe(HttpStatusCode.OK);
        var total = (await user.GetAsync("/api/usage")).Json["total"]!;
        ((int)total["requests"]!).ShouldBe(1);
        ((int)total["output_tokens"]!).ShouldBe(7);
    }

    [TestCase("/api/turns", """{"content":"hi","model":"no-such-model"}""")]
    [TestCase("/v1/chat/completions", """{"conversation_id":"conv_1","model":"no-such-model","messages":[{"role":"user","content":"hi"}]}""")]
    public async Task A_turn_of_a_model_that_does_not_exist_is_refused_before_anything_is_stored(string route, string body)
    {
        using var user = await UserAsync(One, "tokens");
        var before = Orchestrator.Started;

        var refused = (await user.PostAsync(route, body)).ShouldBe(HttpStatusCode.NotFound, "model_not_found");

        refused.Text.ShouldContain("scripted");
        Orchestrator.Started.ShouldBe(before);
    }

    [Test]
    public async Task A_model_that_the_plan_lacks_is_refused_by_name()
    {
        using var user = await UserAsync(One, "narrow");
        var refused = (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.Forbidden, "model_not_allowed");
        refused.Text.ShouldContain("other");
    }

    [TestCase("invalid_request_error", HttpStatusCode.BadRequest)]
    [TestCase("rate_limit_error", HttpStatusCode.TooManyRequests)]
    [TestCase("server_error", HttpStatusCode.BadGateway)]
    public async Task A_failed_turn_has_the_status_by_which_a_client_knows_whether_to_repeat(string type, HttpStatusCode status)
    {
        using var user = await UserAsync(One, "tokens");
        Orchestrator.Failure = new() { Type = type, Message = "No." };

        (await user.PostAsync("/v1/chat/completions", """{"conversation_id":"conv_1","model":"scripted","messages":[{"role":"user","content":"hi"}]}""")).ShouldBe(status);
    }

    [Test]
    public async Task What_is_longer_than_a_message_of_the_transport_arrives_whole()
    {
        using var user = await UserAsync(One, "tokens");
        Orchestrator.Content = new string('x', 6 << 20);

        var answer = (await user.PostAsync("/v1/chat/completions", Chat)).ShouldBe(HttpStatusCode.OK);

        ((string)answer.Json["choices"]![0]!["message"]!["content"]!).Length.ShouldBe(6 << 20);
    }

    [TestCase("/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("/v1/chat/completions", """{"model":"","messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("/api/turns", """{"content":"hi"}""")]
    public async Task Leaving_the_model_out_is_no_way_around_the_plan(string route, string body)
    {
        using var user = await UserAsync(One, "narrow");
        var before = Orchestrator.Started;

        (await user.PostAsync(route, body)).ShouldBe(HttpStatusCode.Forbidden, "model_not_allowed");

        Orchestrator.Started.ShouldBe(before);
    }

    /// <summary>An edge that gives a broken stream up at once.</summary>
    private Task<EdgeHost> BriefAsync() => EdgeHost.StartAsync(Database, new Dictionary<string, string?>
    {
        ["services:orchestrator:grpc:0"] = Orchestrator.Address,
        ["Plans:single:ConcurrentTurns"] = "1",
        ["Edge:ReattachSeconds"] = "0",
    });
}
