using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>The gateway's condition for administrators. Addresses and keys of upstreams are not part of it.</summary>
internal sealed class GatewayService(ModelCatalogue catalogue, UpstreamBoard board, ReplicaName replica, TimeProvider time) : V1.Gateway.GatewayBase
{
    private const string Administrator = "admin";

    public override async Task<GatewayState> GetState(GetGatewayStateRequest request, ServerCallContext context)
    {
        if (context.Caller().Role != Administrator)
            throw new RpcException(new Status(StatusCode.PermissionDenied, "Only administrators see the gateway's state."));
        var models = await catalogue.ListAsync(context.CancellationToken);
        return new GatewayState
        {
            Replica = replica.Value,
            Upstreams = { catalogue.Upstreams.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ToWire(board[pair.Key], pair.Value)) },
            Routes =
            {
                models.Where(model => model.Auto is null).SelectMany(model => model.Routes.Select(route => new RouteView
                {
                    Model = model.Id, Upstream = route.Name, UpstreamModel = route.Model, Priority = route.Priority, Weight = route.Weight,
                })),
            },
        };
    }

    private UpstreamView ToWire(UpstreamState state, UpstreamOptions options)
    {
        var asked = state.NotBefore - time.GetUtcNow();
        var wait = asked > state.Breaker.Wait ? asked : state.Breaker.Wait;
        var view = new UpstreamView
        {
            Name = state.Name,
            Kind = options.Kind.ToString(),
            Breaker = state.Breaker.State.ToString(),
            WaitMs = (long)Math.Max(0, wait.TotalMilliseconds),
            InFlight = state.InFlight,
            ReportedLoad = state.ReportedLoad,
            MaxConcurrent = options.MaxConcurrent,
        };
        if (state.LastFailure is { } last)
            (view.LastFailure, view.LastFailureAt) = (last.Failure.ToString(), Timestamp.FromDateTimeOffset(last.At));
        return view;
    }
}
