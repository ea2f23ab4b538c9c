using ChatApp.Inference;
using ChatApp.Inference.Endpoints;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddInference();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOpenAIApi();
app.Run();
