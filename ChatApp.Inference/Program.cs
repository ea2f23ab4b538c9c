using ChatApp.Inference;
using ChatApp.Inference.Endpoints;
using ChatApp.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddInference();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOpenAIApi();
// Its own /metrics has vLLM's names; this has what every service has: requests, memory, threads.
app.MapMetrics(MetricsAudience.Inside, MetricsEndpoint.Path + "/opentelemetry");
app.Run();
