var builder = DistributedApplication.CreateBuilder(args);
var ports = builder.Configuration.GetSection("Ports");

// Signs who is calling, from the edge to the orchestrator.
var internalKey = builder.AddParameter("internal-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

var chatdb = Given("chatdb") ?? builder.AddPostgres("postgres").WithDataVolume().AddDatabase("chatdb");
var redis = Given("redis") ?? builder.AddRedis("redis");

var inference = builder.AddProject<Projects.ChatApp_Inference>("inference", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Inference__ModelsPath", Path.GetFullPath(builder.Configuration["Inference:ModelsPath"] ?? "../models", builder.AppHostDirectory));

var orchestrator = builder.AddProject<Projects.ChatApp_Orchestrator>("orchestrator", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithHttpEndpoint(name: "grpc")
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReplicas(builder.Configuration.GetValue("Replicas:Orchestrator", 1))
    .WithEnvironment("Internal__IdentityKey", internalKey)
    .WithReference(inference)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(redis).WaitFor(redis);

// For retrieval, which is not built yet: where a Qdrant is installed or given, the orchestrator is told its address.
if (Given("qdrant") is { } vectors)
    orchestrator.WithReference(vectors);
else if (IsInstalled("qdrant"))
{
    var qdrant = builder.AddQdrant("qdrant").WithDataVolume();
    orchestrator.WithReference(qdrant).WaitFor(qdrant);
}

var api = builder.AddProject<Projects.ChatApp_Api>("api", launchProfileName: null)
    .WithHttpEndpoint(ports.GetValue("Api", 8081), name: "http")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReplicas(builder.Configuration.GetValue("Replicas:Api", 1))
    .WithEnvironment("Internal__IdentityKey", internalKey)
    .WithReference(orchestrator)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(redis).WaitFor(redis);

var web = builder.AddProject<Projects.ChatApp_Web>("web", launchProfileName: null)
    .WithHttpEndpoint(ports.GetValue("Web", 8080), name: "http")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(api)
    .WithReference(chatdb).WaitFor(chatdb);

// Where a sign-in at a provider may end.
api.WithEnvironment("Edge__AllowedOrigins__0", web.GetEndpoint("http"));

builder.Build().Run();

// What configuration gives a connection string for runs elsewhere, and nothing is started for it here.
IResourceBuilder<IResourceWithConnectionString>? Given(string name) =>
    string.IsNullOrEmpty(builder.Configuration.GetConnectionString(name)) ? null : builder.AddConnectionString(name);

bool IsInstalled(string program) =>
    (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)));
