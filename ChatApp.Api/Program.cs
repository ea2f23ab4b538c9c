using ChatApp.Api;
using ChatApp.Api.SignIn;
using ChatApp.ServiceDefaults.Migrations;

if (MigrateCommand.IsAskedFor(args))
    return await MigrateCommand.RunAsync(args, ApiApplication.Schema, typeof(ApiApplication).Assembly);
if (AdminLinkCommand.IsAskedFor(args))
    return await AdminLinkCommand.RunAsync(args);

await using var app = ApiApplication.Build(args);
await ApiApplication.PrepareAsync(app, app.Lifetime.ApplicationStopping);
await app.RunAsync();
return 0;
