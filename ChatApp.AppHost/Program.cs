using ChatApp.AppHost.Health;
using ChatApp.AppHost.Local;
using ChatApp.AppHost.Local.Garnet;
using ChatApp.AppHost.Local.Postgres;
using ChatApp.AppHost.Local.State;
using ChatApp.AppHost.Publishing;
using ChatApp.AppHost.Qdrant;
using ChatApp.AppHost.Supervision;

AppDomain.CurrentDomain.UnhandledException += ConsoleSummary.SayAndExit;

var builder = DistributedApplication.CreateBuilder(args);
var settings = builder.Configuration;
builder.UseDashboardPorts();

// The stores run elsewhere (a connection string is given), in containers, or else as programs of this machine.
var containers = settings.GetValue<StorePlace>("Stores") == StorePlace.Containers || builder.ExecutionContext.IsPublishMode;
var state = builder.ExecutionContext.IsPublishMode ? null : StateFolder.Open(builder, args);

var chatdb = Given("chatdb") ?? (containers || state is null
    ? builder.AddPostgres("postgres").WithDataVolume().AddDatabase("chatdb")
    : builder.AddLocalPostgres("postgres", state).AddDatabase("chatdb"));
var redis = Given("redis") ?? (containers || state is null
    ? builder.AddRedis("redis")
    : builder.AddLocalGarnet("redis", state));
// Where there is none, the orchestrator's own index serves.
var qdrant = Given("qdrant") ?? (containers || state is null
    ? builder.AddQdrant("qdrant")
    : builder.TryAddLocalQdrant("qdrant", state));

// Signs who is calling, from the edge to the orchestrator.
var internalKey = builder.AddGeneratedSecret("internal-key", 48, state);

var inference = builder.AddProject<Projects.ChatApp_Inference>("inference", launchProfileName: null)
    .WithIconName("BrainCircuit")
    .WithHttpEndpoint(name: "http")
    .WithPatientHttpHealthCheck("/health")
    .WithEnvironment("Inference__ModelsPath", Path.GetFullPath(settings["Inference:ModelsPath"] ?? "../models", BuiltProject.Folder(builder.AppHostDirectory)));

var orchestrator = builder.AddProject<Projects.ChatApp_Orchestrator>("orchestrator", launchProfileName: null)
    .WithIconName("FlowchartCircle")
    .WithHttpEndpoint(name: "http")
    .WithHttpEndpoint(name: "grpc")
    .WithPatientHttpHealthCheck("/health")
    .WithReplicas(settings.GetValue("Replicas:Orchestrator", 1))
    .WithEnvironment("Internal__IdentityKey", internalKey)
    .WithReference(inference)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(redis).WaitForStart(redis);
if (state is not null)
    orchestrator.WithEnvironment("Objects__Folder", state.Volume("objects"));
if (qdrant is not null)
    orchestrator.WithReference(qdrant).WaitForStart(qdrant);

var api = builder.AddProject<Projects.ChatApp_Api>("api", launchProfileName: null)
    .WithIconName("PlugConnected")
    .WithHttpEndpoint(settings.GetValue("Ports:Api", 8081), name: "http")
    .WithExternalHttpEndpoints()
    .WithPatientHttpHealthCheck("/health")
    .WithReplicas(settings.GetValue("Replicas:Api", 1))
    .WithEnvironment("Internal__IdentityKey", internalKey)
    .WithReference(orchestrator)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(redis).WaitForStart(redis);

var web = builder.AddProject<Projects.ChatApp_Web>("web", launchProfileName: null)
    .WithIconName("Chat")
    .WithHttpEndpoint(settings.GetValue("Ports:Web", 8080), name: "http")
    .WithExternalHttpEndpoints()
    .WithPatientHttpHealthCheck("/health")
    .WithReference(api)
    .WithReference(chatdb).WaitFor(chatdb);

// Where a sign-in at a provider may end.
api.WithEnvironment("Edge__AllowedOrigins__0", web.GetEndpoint("http"))
    .WithAdminLink(chatdb, web);

// The web chat says for which browser it asks; else all its guests would count as one address. Deployed ones are told their network.
if (builder.ExecutionContext.IsRunMode)
    api.WithEnvironment("Edge__KnownProxies__0", "127.0.0.1").WithEnvironment("Edge__KnownProxies__1", "::1");

// Aspire gives a project without a launch profile no environment, and what the AppHost has is not inherited.
foreach (var project in new[] { inference, orchestrator, api, web })
    project.RunsAsBuilt()
        // All speak plain HTTP on this machine; without this the dashboard opens with a warning about certificates.
        .WithoutHttpsCertificate()
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
        // One machine runs all of it: memory goes back to the system rather than waiting for the next burst.
        .WithEnvironment("DOTNET_GCConserveMemory", "5");

builder.AddDeployments(inference, orchestrator, api, web);
builder.Supervise();
builder.CheckBeforeStart(state);
builder.Build().Run();
state?.Release();

// What configuration gives a connection string for runs elsewhere, and nothing is started for it here.
IResourceBuilder<IResourceWithConnectionString>? Given(string name) =>
    string.IsNullOrEmpty(settings.GetConnectionString(name)) ? null : builder.AddConnectionString(name);
