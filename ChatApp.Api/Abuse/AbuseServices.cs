namespace ChatApp.Api.Abuse;

internal static class AbuseServices
{
    public static void AddAbuseGuard(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AbuseOptions>().BindConfiguration(AbuseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(nameof(ChallengeVerifier));
        services.AddSingleton<ChallengeVerifier>();
        services.AddSingleton<BanList>();
        services.AddHostedService(provider => provider.GetRequiredService<BanList>());
        services.AddSingleton<AbuseGuard>();
    }
}
