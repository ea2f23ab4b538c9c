using System.Reflection;
using ChatApp.Api.Abuse;
using ChatApp.Api.Admin;
using ChatApp.Api.Gate;
using ChatApp.Api.OpenAI;
using ChatApp.Api.SignIn;
using ChatApp.Api.SigningKeys;
using ChatApp.ServiceDefaults;
using ChatApp.ServiceDefaults.Migrations;

namespace ChatApp.Api;

/// <summary>The edge as one object, for <c>Program.cs</c> and for tests that run it in their own process.</summary>
public static class ApiApplication
{
    internal const string Schema = "identity";

    /// <summary>Builds the edge; <paramref name="configure"/> sees the builder last.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        configure?.Invoke(builder);
        builder.AddApiServices();

        var app = builder.Build();
        app.UseEdge();
        app.MapDefaultEndpoints();
        app.MapMetrics(MetricsAudience.ThisMachine);
        app.MapOpenAI();
        app.MapApp();
        app.MapAccounts();
        app.MapAdmin();
        app.MapDocumentation();
        return app;
    }

    /// <summary>Brings the database up to date, reads the signing keys, and checks that every route is guarded.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        RouteTable.Verify(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints));
        await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(Schema, Assembly.GetExecutingAssembly(), cancellationToken);
        await app.Services.GetRequiredService<SigningKeyRing>().LoadAsync(cancellationToken);
        await app.Services.GetRequiredService<BanList>().LoadAsync(cancellationToken);
        await app.Services.GetRequiredService<FirstAdmin>().EnsureAsync(cancellationToken);
    }
}
