using ChatApp.ServiceDefaults;
using ChatApp.Web.Api;
using ChatApp.Web.Chat;
using ChatApp.Web.Components.Elements;
using ChatApp.Web.Localization;
using ChatApp.Web.Rendering;
using ChatApp.Web.Sessions;
using Microsoft.Extensions.Options;

namespace ChatApp.Web;

internal static class WebServices
{
    /// <summary>A pasted document is one message of the circuit; the default bound of 32 KB would end the circuit instead.</summary>
    private const long MaxCircuitMessageBytes = 2 * 1024 * 1024;

    public static void AddWebServices(this WebApplicationBuilder builder)
    {
        // Assets are found beside the build as well, not only after a publish.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        builder.Services.AddKnownProxies(builder.Configuration.GetSection("Web:KnownProxies").Get<string[]>() ?? []);
        builder.Services.AddOptions<RenderingOptions>().BindConfiguration(RenderingOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<RenderingOptions>, RenderingValidation>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLocalization();
        builder.Services.AddRequestLocalization(options =>
        {
            options.SetDefaultCulture(Languages.Default)
                .AddSupportedCultures([.. Languages.All.Select(language => language.Code)])
                .AddSupportedUICultures([.. Languages.All.Select(language => language.Code)]);
            options.ApplyCurrentCultureToResponseHeaders = true;
        });

        builder.Services.AddHttpClient(ApiConnection.ClientName, client => client.BaseAddress = new Uri("http://api"));
        builder.Services.AddHttpClient(WarmUp.ClientName, client => client.Timeout = TimeSpan.FromSeconds(30));
        builder.Services.AddHostedService<WarmUp>();
        builder.Services.AddScoped<ApiConnection>();
        builder.Services.AddScoped<AccountClient>();
        builder.Services.AddScoped<AdminClient>();
        builder.Services.AddScoped<Person>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<PersonSessions>();
        builder.Services.AddSingleton<SessionCookie>();
        SharedKeys.AddTo(builder);
        builder.Services.AddScoped<ConversationsClient>();
        builder.Services.AddScoped<TurnsClient>();
        builder.Services.AddScoped<ModelsClient>();
        builder.Services.AddScoped<TurnTail>();

        builder.Services.AddSingleton<PrerenderHandoff>();
        builder.Services.AddScoped<ChatSession>();
        builder.Services.AddScoped<ConversationList>();
        builder.Services.AddScoped<ConversationFeed>();
        builder.Services.AddScoped<ConversationDialogs>();
        builder.Services.AddScoped<ModelChoice>();
        builder.Services.AddScoped<Toasts>();
        builder.Services.AddScoped<Browser>();

        builder.Services.AddSingleton<HtmlPolicy>();
        builder.Services.AddSingleton<MarkdownRenderer>();

        builder.Services.AddRazorComponents()
            .AddInteractiveServerComponents(options =>
            {
                // A phone that slept comes back to its page as it was; after that the page reloads from the conversation.
                options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3);
                options.DisconnectedCircuitMaxRetained = 200;
            })
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxCircuitMessageBytes);
    }
}
