using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>The gateway's options as they are now.</summary>
internal sealed class GatewaySettings(IConfiguration configuration, SecretStore secrets, ILogger<GatewaySettings> logger)
    : LastGoodOptions<GatewayOptions>(configuration.GetSection(Section), () => Load(configuration, secrets))
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    /// <inheritdoc />
    protected override void OnTaken(GatewayOptions options) => Log.GatewaySettingsTaken(logger, options.Upstreams.Count, options.Models.Count);

    /// <inheritdoc />
    protected override void OnRejected(string reason) => Log.GatewaySettingsRejected(logger, reason);

    private static GatewayOptions Load(IConfiguration configuration, SecretStore secrets)
    {
        GatewayOptions options;
        try
        {
            options = configuration.GetSection(Section).Get<GatewayOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new GatewayOptions();
        }
        catch (InvalidOperationException exception)
        {
            throw Invalid([exception.InnerException is FormatException or null ? exception.Message : $"{exception.Message} {exception.InnerException.Message}"]);
        }

        var errors = GatewayValidation.Check(options, secrets);
        return errors.Count == 0 ? options : throw Invalid(errors);
    }

    private static OptionsValidationException Invalid(IEnumerable<string> errors) => new(Section, typeof(GatewayOptions), errors);
}
