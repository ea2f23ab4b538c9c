using ChatApp.Orchestrator.V1;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Graph;

/// <summary>A test on the shared graph; each has a user of its own.</summary>
[Category("Graph")]
public abstract class GraphTest
{
    protected OrchestratorGraph Graph { get; private set; } = null!;

    protected string User { get; set; } = "";

    protected Metadata Me => As(User);

    [OneTimeSetUp]
    public async Task FindGraph() => Graph = await OrchestratorGraph.SharedAsync();

    [SetUp]
    public void NewUser() => User = $"user-{Guid.NewGuid():N}";

    protected Task<ViewedTurn> RunAsync(RunTurnRequest request, OrchestratorProcess? on = null) =>
        new ViewedTurn().FollowAsync((on ?? Graph.First).Turns.Run(request, Me));

    protected Task<ViewedTurn> RunAsync(string content, string conversationId = "", OrchestratorProcess? on = null) =>
        RunAsync(new RunTurnRequest { Content = content, ConversationId = conversationId }, on);

    protected async Task<ConversationWithMessages> GetAsync(string conversationId) =>
        await Graph.First.Conversations.GetAsync(new GetConversationRequest { Id = conversationId }, Me);

    protected static async Task<RpcException> RefusalAsync(Func<Task> call) => await Should.ThrowAsync<RpcException>(call);

    protected static async Task<RpcException> RefusalAsync<T>(AsyncUnaryCall<T> call) => await Should.ThrowAsync<RpcException>(async () => await call);

    /// <summary>Asks until the answer is as wished; fails after a while with the last one.</summary>
    protected static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> wished)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (wished(answer))
                return answer;
            if (clock.Elapsed > TimeSpan.FromSeconds(15))
                throw new AssertionException($"Still {answer} after {clock.Elapsed.TotalSeconds:F0} s.");
            await Task.Delay(50);
        }
    }
}
