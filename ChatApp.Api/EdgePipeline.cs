using ChatApp.Api.Errors;
using ChatApp.Api.Gate;
using ChatApp.Api.Settings;
using ChatApp.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Api;

/// <summary>What every request passes, in this order, before its endpoint.</summary>
internal static class EdgePipeline
{
    private static readonly string[] ExposedHeaders =
    [
        "retry-after", "x-request-id",
        "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
        "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
    ];

    public static void AddEdgePipeline(this WebApplicationBuilder builder, EdgeOptions edge)
    {
        builder.Services.AddKnownProxies(edge.KnownProxies);
        builder.Services.AddHsts(hsts =>
        {
            hsts.MaxAge = TimeSpan.FromDays(365);
            hsts.IncludeSubDomains = true;
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(edge.AllowedOrigins)
            .AllowAnyHeader()
            .AllowAnyMethod()
            .AllowCredentials()
            .WithExposedHeaders(ExposedHeaders)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
    }

    public static void UseEdge(this WebApplication app)
    {
        var plain = new PlainHttp(app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value, app.Environment);
        // Who really connected, before a proxy's word replaces it.
        app.Use(PlainHttp.RememberAsync);
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseLeaving(static exception => exception is RpcException { StatusCode: StatusCode.Cancelled });
        app.UseStatusCodePages(EdgeErrors.WriteStatusPageAsync);
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        app.UseMiddleware<SecurityHeaders>();
        app.Use(plain.RefuseAsync);
        app.UseRouting();
        app.UseMiddleware<BodyBound>();
        app.UseCors();
        app.UseMiddleware<RouteGate>();
        app.UseMiddleware<RevocationGate>();
        // After the gate: the answer of an external provider is handled in here, under the address's limits too.
        app.UseAuthentication();
    }
}
