using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Grpc;

public sealed class GatewayStateTests : GraphTest
{
    private ChatApp.Orchestrator.V1.Gateway.GatewayClient Gateway => new(Graph.First.Channel);

    [Test]
    public async Task An_administrator_sees_every_upstream_s_condition_and_who_serves_which_model()
    {
        var state = await Gateway.GetStateAsync(new GetGatewayStateRequest(), As(User, "admin"));

        state.Replica.ShouldNotBeEmpty();
        var upstream = state.Upstreams.Single();
        upstream.Name.ShouldBe("scripted");
        upstream.Kind.ShouldBe("Vllm");
        upstream.Breaker.ShouldBe("Closed");
        state.Routes.ShouldContain(route => route.Model == ScriptedModel.Model && route.Upstream == "scripted");
        state.ToString().ShouldNotContain(Graph.Model.Url);
    }

    [Test]
    public async Task Nobody_else_does() =>
        (await RefusalAsync(Gateway.GetStateAsync(new GetGatewayStateRequest(), Me))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
}
