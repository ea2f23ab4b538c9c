using ChatApp.Api;
using ChatApp.Api.App;
using ChatApp.Api.OpenAI;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddApiServices();

var app = builder.Build();

app.UseExceptionHandler();
app.UseStatusCodePages(EdgeErrors.WriteStatusPageAsync);
app.MapDefaultEndpoints();
app.MapOpenAI();
app.MapApp();

app.Run();
