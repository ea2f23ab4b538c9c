using System.Reflection;
using ChatApp.Contracts.Identity;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using Google.Protobuf.Reflection;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Grpc;

/// <summary>Every method of the contract, by reflection: one that is added without a guard fails here.</summary>
public sealed class OwnershipTests : GraphTest
{
    private static IEnumerable<MethodDescriptor> Methods() => OrchestratorReflection.Descriptor.Services.SelectMany(service => service.Methods);

    [TestCaseSource(nameof(Methods))]
    public async Task A_call_without_a_valid_identity_is_refused(MethodDescriptor method)
    {
        var expired = new CallerIdentitySigner(IdentityKey, TimeProvider.System).Sign(new CallerIdentity(User, "admin", "pro", 1));
        var forged = new CallerIdentitySigner(new string('f', 40), TimeProvider.System).Sign(User, "admin", "pro", TimeSpan.FromHours(1));
        foreach (var identity in new[] { null, "", "x.y", expired, forged })
        {
            var metadata = new Metadata();
            if (identity is not null)
                metadata.Add(CallerIdentity.HeaderName, identity);

            (await StatusOfAsync(method, Activator.CreateInstance(method.InputType.ClrType)!, metadata)).ShouldBe(StatusCode.Unauthenticated);
        }
    }

    [Test]
    public async Task Another_users_ids_are_not_found_whatever_is_asked_of_them()
    {
        var mine = await RunAsync("private tokens=3");
        var link = await Graph.First.Shares.ShareAsync(new ShareRequest { ConversationId = mine.Started.ConversationId }, Me);
        var own = (await Graph.First.Conversations.CreateAsync(new CreateConversationRequest { Title = "theirs" }, As("stranger"))).Id;
        var file = await UploadAsync("secret.txt", "text/plain", "nobody else's"u8.ToArray());
        object[] requests =
        [
            new RunTurnRequest { ConversationId = mine.Started.ConversationId, Content = "intrude" },
            new RunTurnRequest { ConversationId = own, ParentId = mine.Started.AssistantMessageId, Content = "adopt", Branch = true },
            new RunTurnRequest { ConversationId = own, ParentId = mine.Started.UserMessageId, Regenerate = true },
            new RunTurnRequest { ConversationId = own, ParentId = mine.Started.AssistantMessageId, ContinueMessage = true },
            new ResumeTurnRequest { TurnId = mine.TurnId },
            new StopTurnRequest { TurnId = mine.TurnId },
            new GetReceiptRequest { TurnId = mine.TurnId },
            new GetConversationRequest { Id = mine.Started.ConversationId },
            new UpdateConversationRequest { Id = mine.Started.ConversationId, Title = "taken" },
            new UpdateConversationRequest { Id = own, CurrentMessageId = mine.Started.AssistantMessageId },
            new DeleteConversationRequest { Id = mine.Started.ConversationId },
            new ExportRequest { ConversationId = mine.Started.ConversationId },
            new ShareRequest { ConversationId = mine.Started.ConversationId },
            new UnshareRequest { Id = link.Id },
            new ListSharesRequest { ConversationId = mine.Started.ConversationId },
            new RunTurnRequest { Content = "attach", FileIds = { file } },
            new GetFileRequest { Id = file },
            new ReadFileRequest { Id = file },
            new DeleteFileRequest { Id = file },
        ];

        // All of them, so that a guard that is missing at one place shows at which.
        var answered = new List<string>();
        foreach (var request in requests)
        {
            var method = Methods().Single(m => m.InputType.ClrType == request.GetType());
            if (await StatusOfAsync(method, request, As("stranger")) is var status and not StatusCode.NotFound)
                answered.Add($"{status} {method.Name} {request}");
        }

        answered.ShouldBeEmpty();
        (await GetAsync(mine.Started.ConversationId)).Conversation.Title.ShouldNotBe("taken");
    }

    [TestCase("conv_")]
    [TestCase("conv_zz")]
    [TestCase("msg_0123456789abcdef0123456789abcdef")]
    [TestCase("conv_0123456789ABCDEF0123456789abcdef")]
    [TestCase("'; DROP TABLE chat.conversations; --")]
    public async Task A_malformed_id_is_not_found(string id) =>
        (await RefusalAsync(Graph.First.Conversations.GetAsync(new GetConversationRequest { Id = id }, Me))).StatusCode.ShouldBe(StatusCode.NotFound);

    [Test]
    public async Task A_deadline_is_honoured()
    {
        var late = DateTime.UtcNow.AddMilliseconds(300);

        var refused = await RefusalAsync(() => new ViewedTurn().FollowAsync(
            Graph.First.Turns.Run(new RunTurnRequest { Content = "tokens=500 delay=50" }, Me, late)));

        refused.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    private async Task<StatusCode> StatusOfAsync(MethodDescriptor method, object request, Metadata metadata)
    {
        object client = method.Service.Name switch
        {
            "Turns" => Graph.First.Turns,
            "Conversations" => Graph.First.Conversations,
            "Completions" => Graph.First.Completions,
            _ => Activator.CreateInstance(
                typeof(OrchestratorReflection).Assembly.GetType($"ChatApp.Orchestrator.V1.{method.Service.Name}+{method.Service.Name}Client", throwOnError: true)!,
                Graph.First.Channel)!,
        };
        var options = new CallOptions(metadata, DateTime.UtcNow.AddSeconds(10));
        try
        {
            if (method.IsClientStreaming)
            {
                using dynamic streaming = Method(client, method.Name, typeof(CallOptions)).Invoke(client, [options])!;
                await (Task)streaming.ResponseAsync;
            }
            else if (method.IsServerStreaming)
            {
                dynamic streaming = Method(client, method.Name, request.GetType(), typeof(CallOptions)).Invoke(client, [request, options])!;
                await DrainAsync(streaming);
            }
            else
            {
                using dynamic unary = Method(client, method.Name + "Async", request.GetType(), typeof(CallOptions)).Invoke(client, [request, options])!;
                await (Task)unary.ResponseAsync;
            }

            return StatusCode.OK;
        }
        catch (RpcException refused)
        {
            return refused.StatusCode;
        }
    }

    private static async Task DrainAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                // Whatever comes is not a refusal.
            }
        }
    }

    private static MethodInfo Method(object client, string name, params Type[] parameters) => client.GetType().GetMethod(name, parameters)!;
}
