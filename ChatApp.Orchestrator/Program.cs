using ChatApp.Orchestrator;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Grpc;
using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Migrations;

if (args is [PdfReader.Command, _, _, _])
    return PdfReader.Run(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
if (MigrateCommand.IsAskedFor(args))
    return await MigrateCommand.RunAsync(args, "chat", typeof(Program).Assembly);

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddOrchestrator();

var app = builder.Build();
await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync("chat", typeof(Program).Assembly, app.Lifetime.ApplicationStopping);

app.MapDefaultEndpoints();
app.MapMetrics(MetricsAudience.Inside);
app.MapGrpcService<TurnsService>();
app.MapGrpcService<ConversationsService>();
app.MapGrpcService<TransfersService>();
app.MapGrpcService<SharesService>();
app.MapGrpcService<CompletionsService>();
app.MapGrpcService<MeteringService>();
app.MapGrpcService<FilesService>();
app.MapGrpcService<GatewayService>();
await app.RunAsync();
return 0;
