using ChatApp.Api;
using ChatApp.ServiceDefaults.Migrations;

if (MigrateCommand.IsAskedFor(args))
    return await MigrateCommand.RunAsync(args, ApiApplication.Schema, typeof(ApiApplication).Assembly);

await using var app = ApiApplication.Build(args);
await ApiApplication.PrepareAsync(app, app.Lifetime.ApplicationStopping);
await app.RunAsync();
return 0;
