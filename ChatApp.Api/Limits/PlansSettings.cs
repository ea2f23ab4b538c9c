using ChatApp.Api.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

/// <summary>The plans as they are now.</summary>
internal sealed class PlansSettings(IConfiguration configuration, ILogger<PlansSettings> logger)
    : LastGoodOptions<PlansOptions>(configuration.GetSection(PlansOptions.Section), () => Load(configuration.GetSection(PlansOptions.Section)))
{
    protected override void OnTaken(PlansOptions options) => Log.PlansTaken(logger, options.Plans.Count);

    protected override void OnRejected(string reason) => Log.PlansRejected(logger, reason);

    private static PlansOptions Load(IConfigurationSection section)
    {
        var plans = new PlansOptions();
        try
        {
            plans.Read(section);
        }
        catch (FormatException exception)
        {
            throw Invalid(exception.Message);
        }

        return plans.FindFault() is { } fault ? throw Invalid(fault) : plans;
    }

    private static OptionsValidationException Invalid(string fault) => new(PlansOptions.Section, typeof(PlansOptions), [fault]);
}
