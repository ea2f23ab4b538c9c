using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Api.Limits;

/// <summary>What a month may cost.</summary>
public sealed class BudgetTests : LimitedEdge
{
    [Test]
    public async Task A_month_s_budget_is_never_overdrawn_however_many_ask_at_once()
    {
        Orchestrator.Price = 10_000;
        Orchestrator.InputTokens = 5;
        Orchestrator.OutputTokens = 5;
        using var here = await UserAsync(One, "poor");
        using var there = Two.Client(Token(here));
        // Prices are remembered for half a minute; a replica of its own starts without memory.
        await using var fresh = await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:poor:MonthlyBudget"] = "1",
        });
        using var rich = fresh.Client(Token(here));
        var body = new { model = "scripted", max_tokens = 10, messages = new[] { new { role = "user", content = "hi" } } };

        // Some 22 tokens at 0.01 each are held for a call and 0.10 is what it costs in the end.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => rich.PostAsync("/v1/chat/completions", body)));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBeInRange(1, 10);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Status == HttpStatusCode.TooManyRequests && answer.Code == "insufficient_quota");
        var usage = (await rich.GetAsync("/api/usage")).Json;
        ((decimal)usage["spent_this_month"]!).ShouldBe((decimal)usage["total"]!["cost"]!);
        ((decimal)usage["spent_this_month"]!).ShouldBeLessThanOrEqualTo(1m);
    }

    [Test]
    public async Task What_was_generated_on_the_side_is_shown_for_what_it_is_and_counts_against_the_month_s_budget()
    {
        Orchestrator.Price = 10_000;
        // Prices are remembered for half a minute; a replica of its own starts without memory.
        await using var fresh = await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:poor:MonthlyBudget"] = "1",
        });
        using var user = await UserAsync(fresh, "poor");
        var id = Guid.Parse(((string)(await user.GetAsync("/api/me")).Json["id"]!)["user_".Length..]).ToString();
        (await user.PostAsync("/api/turns", new { content = "hi", sampling = new { max_tokens = 5 } })).ShouldBe(HttpStatusCode.OK);
        for (var i = 0; i < 8; i++)
            Orchestrator.Meter(id, "title");

        var usage = (await user.GetAsync("/api/usage")).ShouldBe(HttpStatusCode.OK).Json;
        usage["data"]!.AsArray().Select(row => ((string)row!["purpose"]!, (int)row["requests"]!)).ShouldBe([("turn", 1), ("title", 8)], ignoreOrder: true);
        ((decimal)usage["total"]!["cost"]!).ShouldBe(0.9m);
        ((decimal)usage["spent_this_month"]!).ShouldBe(0.9m);

        // The next turn that fits settles what the titles cost; the one after it does not fit any more.
        var small = new { content = "hi", sampling = new { max_tokens = 1 } };
        (await user.PostAsync("/api/turns", small)).ShouldBe(HttpStatusCode.OK);
        (await user.PostAsync("/api/turns", small)).ShouldBe(HttpStatusCode.TooManyRequests, "insufficient_quota");
    }

    [Test]
    public async Task What_fails_between_two_holds_leaves_none_behind()
    {
        Orchestrator.Price = 1000;
        await using var fresh = await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:both:MonthlyBudget"] = "1",
            ["Plans:both:TokensPerMinute"] = "1000",
        });
        using var user = await UserAsync(fresh, "both");
        var id = Guid.Parse(((string)(await user.GetAsync("/api/me")).Json["id"]!)["user_".Length..]);
        var body = new { content = "hi", sampling = new { max_tokens = 400 } };

        // Tokens are held, then money can't be.
        await WithoutAsync("holds", async () => ((int)(await user.PostAsync("/api/turns", body)).Status).ShouldBeGreaterThanOrEqualTo(500));
        Remaining(await user.PostAsync("/api/turns", body)).ShouldBeInRange(540, 600);

        // The turn can't be noted as charged; its money and tokens are settled all the same.
        await WithoutAsync("charges", async () => (await user.PostAsync("/api/turns", body)).ShouldBe(HttpStatusCode.OK));
        Remaining(await user.PostAsync("/api/turns", body)).ShouldBeInRange(520, 600);
        await using var connection = new NpgsqlConnection(Database);
        await Eventually.HoldsAsync(async () => await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM identity.holds WHERE user_id = @id AND until > now()", new { id }) == 0);
    }

    private async Task WithoutAsync(string table, Func<Task> act)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.ExecuteAsync($"ALTER TABLE identity.{table} RENAME TO {table}_away");
        try
        {
            await act();
        }
        finally
        {
            await connection.ExecuteAsync($"ALTER TABLE identity.{table}_away RENAME TO {table}");
        }
    }

    [Test]
    public async Task A_hold_whose_call_was_lost_ends_by_itself()
    {
        Orchestrator.Price = 10_000;
        var clock = new ShiftedClock();
        await using var fresh = await EdgeHost.StartAsync(Database, new Dictionary<string, string?>
        {
            ["services:orchestrator:grpc:0"] = Orchestrator.Address,
            ["Plans:poor:MonthlyBudget"] = "1",
        }, builder => builder.Services.AddSingleton<TimeProvider>(clock));
        using var user = await UserAsync(fresh, "poor");
        var body = new { content = "hi", sampling = new { max_tokens = 60 } };
        await using (var connection = new NpgsqlConnection(Database))
        {
            var id = Guid.Parse(((string)(await user.GetAsync("/api/me")).Json["id"]!)["user_".Length..]);
            await connection.ExecuteAsync(
                "INSERT INTO identity.holds (id, user_id, micros, until) VALUES (gen_random_uuid(), @id, 900000, @until)", new { id, until = clock.GetUtcNow().AddMinutes(5) });
        }

        (await user.PostAsync("/api/turns", body)).ShouldBe(HttpStatusCode.TooManyRequests, "insufficient_quota");
        clock.Shift += TimeSpan.FromMinutes(6);
        (await user.PostAsync("/api/turns", body)).ShouldBe(HttpStatusCode.OK);
    }
}
