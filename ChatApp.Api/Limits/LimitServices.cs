using ChatApp.Api.Limits.Buckets;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

internal static class LimitServices
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.AddRedisStore("redis");
        var services = builder.Services;
        services.AddOptions<LimitsOptions>().BindConfiguration(LimitsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PlansOptions>().ValidateOnStart();
        services.AddSingleton<IOptionsMonitor<PlansOptions>, PlansSettings>();
        services.AddSingleton<RedisAvailability>();
        services.AddSingleton<LocalBuckets>();
        services.AddSingleton<TokenBuckets>();
        services.AddSingleton<TurnSlots>();
        services.AddSingleton<MeteredUsage>();
        services.AddSingleton<MonthlyBudget>();
        services.AddSingleton<ChargedTurns>();
        services.AddSingleton<ModelPrices>();
        services.AddSingleton<TurnSettlement>();
        services.AddSingleton<TurnAdmission>();
        services.AddSingleton<TurnMeter>();
        services.AddSingleton<MeteredTurns>();
        services.AddSingleton<TurnFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<TurnFollower>());
    }
}
