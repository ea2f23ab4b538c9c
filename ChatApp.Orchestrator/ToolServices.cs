using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Tools.BuiltIn;
using ChatApp.Orchestrator.Turns.Running;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator;

/// <summary>The tools, and what runs them.</summary>
internal static class ToolServices
{
    public static void AddTools(this IServiceCollection services)
    {
        services.AddOptions<ToolOptions>().BindConfiguration("Tools").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ToolOptions>, ToolSettings>();
        // A redirect would carry the arguments to wherever it points; time is limited by whoever runs the tool.
        services.AddHttpClient(HttpTool.HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.ConnectTimeout = TimeSpan.FromSeconds(5);
            });
        services.AddSingleton(new Tool(new CalculateTool()) { IsIdempotent = true });
        services.AddSingleton(provider => new Tool(new CurrentTimeTool(provider.GetRequiredService<TimeProvider>())) { IsIdempotent = true });
        services.AddSingleton(new Tool(new ConvertUnitsTool()) { IsIdempotent = true });
        services.AddSingleton<ToolRegistry>();
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<ToolCallStore>();
        services.AddSingleton<ToolRounds>();
    }
}
