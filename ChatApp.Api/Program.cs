using ChatApp.Api;

await using var app = ApiApplication.Build(args);
await ApiApplication.PrepareAsync(app, app.Lifetime.ApplicationStopping);
await app.RunAsync();
