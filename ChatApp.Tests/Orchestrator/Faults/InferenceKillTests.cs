using ChatApp.Bench;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Faults;

/// <summary>kill -9 of one of two real inference services under eight answers at once; CHATAPP_TEST_KILL_ROUNDS as for <see cref="KillTests"/>.</summary>
[Category("Faults")]
[Explicit("Minutes long: kills servers under a turn.")]
public sealed class InferenceKillTests
{
    private const int TurnsAtOnce = 8;
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("CHATAPP_TEST_KILL_ROUNDS"), out var asked) ? asked : 1;
    private static readonly string[] s_questions = ["Tell me a story", "Write a long poem about the sea", "List ten animals", "Write a story about a dog and a boat", "Tell me about yourself"];

    [Test]
    public async Task Answers_of_a_killed_inference_service_go_on_where_they_were()
    {
        var options = new EngineOptions
        {
            Id = "real",
            ModelPath = Path.Combine(Checkout.Root, "models", "chatapp-mini"),
            MaxSequences = TurnsAtOnce,
            KvCacheBytes = 1L << 28,
            IntraOpThreads = 1,
        };
        ServiceProcess[] services = [await ServiceProcess.Start(options, 0, CancellationToken.None), await ServiceProcess.Start(options, 0, CancellationToken.None)];
        try
        {
            await using var graph = await OrchestratorGraph.StartAsync(2, new Dictionary<string, string>
            {
                ["Conversations__Titles"] = "false",
                ["Gateway__Upstreams__a__BaseUrl"] = services[0].Address.ToString(),
                ["Gateway__Upstreams__a__Kind"] = "ChatApp",
                ["Gateway__Upstreams__a__Discover"] = "true",
                ["Gateway__Upstreams__b__BaseUrl"] = services[1].Address.ToString(),
                ["Gateway__Upstreams__b__Kind"] = "ChatApp",
                ["Gateway__Upstreams__b__Discover"] = "true",
            });
            var undisturbed = new Dictionary<string, string>();
            foreach (var question in s_questions)
                undisturbed[question] = (await RunAsync(graph, question, "calm", null)).Seen.Text;
            undisturbed.Values.Max(text => text.Length).ShouldBeGreaterThan(80, "an answer is long enough to be hit");

            var (hits, others) = (0, 0);
            for (var round = 0; round < s_rounds; round++)
            {
                var victim = round % 2;
                var running = 0;
                var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var turns = Enumerable.Range(0, TurnsAtOnce).Select(i => Task.Run(() => RunAsync(graph, s_questions[i % s_questions.Length], $"round-{round}-{i}", () =>
                {
                    if (Interlocked.Increment(ref running) == TurnsAtOnce / 2)
                        begun.TrySetResult();
                }))).ToArray();
                await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
                var address = services[victim].Address;
                await services[victim].DisposeAsync();
                var restarted = ServiceProcess.Start(options, address.Port, CancellationToken.None);
                foreach (var (user, question, viewer) in await Task.WhenAll(turns))
                {
                    var isHit = viewer.Events.Any(e => e.Notice?.Code == "retry");
                    viewer.Ended.ShouldNotBeNull().Status.ShouldBe("Completed");
                    var before = string.Concat(viewer.Events.TakeWhile(e => e.Notice?.Code != "retry").Select(e => e.Text?.Text));
                    undisturbed[question].ShouldStartWith(before, Case.Sensitive, $"round {round}: greedy text equals that of an undisturbed run, up to the kill");
                    if (!isHit)
                        viewer.Text.ShouldBe(undisturbed[question]);
                    hits += isHit ? 1 : 0;
                    others += viewer.Text != undisturbed[question] ? 1 : 0;
                    var stored = await graph.Second.Conversations.GetAsync(new GetConversationRequest { Id = viewer.Started.ConversationId }, As(user));
                    stored.Messages[1].Text.ShouldBe(viewer.Text);
                    stored.Conversation.RunningTurnId.ShouldBeEmpty();
                    (await graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @user AND purpose = 'turn'", new { user })).ShouldBe(1);
                }

                services[victim] = await restarted;
            }

            TestContext.Out.WriteLine($"inference: {s_rounds} rounds of {TurnsAtOnce} turns, {hits} answers were hit in the middle, {others} of them ended in other words than undisturbed");
            hits.ShouldBeGreaterThan(0, "answers were hit in the middle");
            // What was said is read again in one go, which rounds otherwise than one token after the other: between two words that are equally likely either may follow.
            others.ShouldBeLessThanOrEqualTo(hits / 5, "a continued answer is as a rule the same");
        }
        finally
        {
            foreach (var service in services)
                await service.DisposeAsync();
        }
    }

    private static async Task<(string User, string Question, ViewedTurn Seen)> RunAsync(OrchestratorGraph graph, string question, string name, Action? onBegun)
    {
        var user = $"{name}-{Guid.NewGuid():N}";
        var request = new RunTurnRequest { Content = question, Model = "real", RequestId = "round", NoTools = true, Sampling = new Sampling { Temperature = 0, MaxTokens = 200 } };
        var viewer = new SteadyViewer(graph.First, graph.Second, As(user));
        await viewer.FollowAsync(request, seen =>
        {
            // A fast engine's first tokens may be one event.
            if (seen.Text.Length >= 5)
                Interlocked.Exchange(ref onBegun, null)?.Invoke();
            return Task.CompletedTask;
        });
        return (user, question, viewer.Seen);
    }
}
