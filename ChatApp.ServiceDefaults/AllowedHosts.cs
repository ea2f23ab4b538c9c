using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ChatApp.ServiceDefaults;

/// <summary>
/// Refuses requests for a host that this server is not, before anything else sees them: a page from elsewhere can have its own
/// name resolve to this machine, and is then of one origin with whatever answers. The names of this machine are always
/// known, others are listed in <c>AllowedHosts</c> (a name, <c>*.example.org</c> or an address such as <c>https://chat.example.org</c>,
/// separated by semicolons). An IP address is nobody's to resolve, so those are all let in.
/// </summary>
internal sealed class AllowedHosts(IEnumerable<string> listed, int? managementPort) : IStartupFilter
{
    public const string Setting = "AllowedHosts";

    private readonly StringSegment[] _names = [.. ThisMachine.Names, .. listed.Select(name => new StringSegment(NameOf(name)))];

    public static void AddTo(IHostApplicationBuilder builder)
    {
        builder.Services.AddTransient<IStartupFilter>(services => new AllowedHosts(
            (builder.Configuration[Setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            services.GetRequiredService<IOptions<MetricsOptions>>().Value.Port));
        // ASP.NET's own filter reads the same setting, and knows no addresses.
        builder.Services.Configure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, go) => IsAllowed(context.Request.Host) || context.Connection.LocalPort == managementPort ? go(context) : RefuseAsync(context));
        next(app);
    };

    private bool IsAllowed(HostString host) => host.HasValue && (IPAddress.TryParse(host.Host, out _) || HostString.MatchesAny(host.Host, _names));

    private static string NameOf(string listed) =>
        Uri.TryCreate(listed, UriKind.Absolute, out var address) && address.Host.Length > 0 ? address.Host : listed;

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync($"This server is not called so. List the names that it is reached by in the setting {Setting}.\n", context.RequestAborted);
    }
}
