using ChatApp.Api.Limits;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Api.Limits;

public sealed class PlansSettingsTests
{
    [TestCase("RequestsPerMinute", "0")]
    [TestCase("RequestsPerMinute", "ten")]
    [TestCase("RequestsPerMinut", "10")]
    public void A_wrong_change_is_named_and_the_last_good_plans_stay(string setting, string value)
    {
        var configuration = new ConfigurationManager();
        configuration["Plans:free:RequestsPerMinute"] = "7";
        using var plans = new PlansSettings(configuration, NullLogger<PlansSettings>.Instance);

        configuration[$"Plans:free:{setting}"] = value;
        ((IConfigurationRoot)configuration).Reload();

        plans.CurrentValue["free"].RequestsPerMinute.ShouldBe(7);
        plans.LastError.ShouldNotBeNull().ShouldContain("free");
    }

    [Test]
    public void A_right_change_holds_at_once()
    {
        var configuration = new ConfigurationManager();
        using var plans = new PlansSettings(configuration, NullLogger<PlansSettings>.Instance);

        configuration["Plans:free:RequestsPerMinute"] = "9";
        ((IConfigurationRoot)configuration).Reload();

        plans.CurrentValue["free"].RequestsPerMinute.ShouldBe(9);
        plans.CurrentValue["free"].TokensPerMinute.ShouldBe(40_000);
    }

    [Test]
    public void A_wrong_plan_stops_the_start()
    {
        var configuration = new ConfigurationManager();
        configuration["Plans:free:TokensPerDay"] = "-1";
        Should.Throw<OptionsValidationException>(() => new PlansSettings(configuration, NullLogger<PlansSettings>.Instance)).Message.ShouldContain("Plans:free");
    }
}
