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

    /// <returns>The file's id.</returns>
    protected async Task<string> UploadAsync(string name, string mediaType, byte[] content)
    {
        using var call = Graph.First.Files.Upload(Me);
        await call.RequestStream.WriteAsync(new UploadPiece { Header = new FileHeader { Name = name, MediaType = mediaType } });
        foreach (var part in content.Chunk(100_000))
            await call.RequestStream.WriteAsync(new UploadPiece { Content = Google.Protobuf.ByteString.CopyFrom(part) });
        await call.RequestStream.CompleteAsync();
        return (await call).Id;
    }

    protected async Task<ConversationWithMessages> GetAsync(string conversationId) =>
        await Graph.First.Conversations.GetAsync(new GetConversationRequest { Id = conversationId }, Me);

    protected static async Task<RpcException> RefusalAsync(Func<Task> call) => await Should.ThrowAsync<RpcException>(call);

    protected static async Task<RpcException> RefusalAsync<T>(AsyncUnaryCall<T> call) => await Should.ThrowAsync<RpcException>(async () => await call);
}
