using ChatApp.Inference;
using ChatApp.Inference.Embeddings;
using ChatApp.Inference.Endpoints;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddInference();

var app = builder.Build();
// A wrong encoder stops the start rather than the first request.
app.Services.GetRequiredService<IEmbedder>();
app.MapDefaultEndpoints();
app.MapOpenAIApi();
app.Run();
