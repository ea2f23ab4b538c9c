using ChatApp.Orchestrator;
using ChatApp.Orchestrator.Grpc;
using ChatApp.ServiceDefaults.Migrations;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddOrchestrator();

var app = builder.Build();
await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync("chat", typeof(Program).Assembly, app.Lifetime.ApplicationStopping);

app.MapDefaultEndpoints();
app.MapGrpcService<TurnsService>();
app.MapGrpcService<ConversationsService>();
app.MapGrpcService<CompletionsService>();
app.MapGrpcService<MeteringService>();
app.MapGrpcService<FilesService>();
app.MapGrpcService<GatewayService>();
await app.RunAsync();
