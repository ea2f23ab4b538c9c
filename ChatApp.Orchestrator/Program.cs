using ChatApp.Orchestrator;
using ChatApp.Orchestrator.Grpc;
using ChatApp.Orchestrator.Migrations;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddOrchestrator();

var app = builder.Build();
await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(app.Lifetime.ApplicationStopping);

app.MapDefaultEndpoints();
app.MapGrpcService<TurnsService>();
app.MapGrpcService<ConversationsService>();
app.MapGrpcService<CompletionsService>();
app.MapGrpcService<MeteringService>();
app.MapGrpcService<FilesService>();
await app.RunAsync();
