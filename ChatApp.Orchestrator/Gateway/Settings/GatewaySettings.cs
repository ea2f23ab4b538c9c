using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>
/// The gateway's options as they are now. A change of the configuration holds from the next request on; one that is wrong
/// is logged with the setting's name and the last good options stay. A wrong configuration at the start stops the start.
/// </summary>
/// <remarks>Takes the place of the framework's monitor, which throws from every read after a wrong change.</remarks>
public sealed class GatewaySettings : IOptionsMonitor<GatewayOptions>, IDisposable
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    private readonly IConfiguration _configuration;
    private readonly SecretStore _secrets;
    private readonly ILogger<GatewaySettings> _logger;
    private readonly IDisposable _watch;
    private volatile GatewayOptions _current;
    private event Action<GatewayOptions, string?>? Changed;

    /// <exception cref="OptionsValidationException">The configuration is wrong; names every setting at fault.</exception>
    public GatewaySettings(IConfiguration configuration, SecretStore secrets, ILogger<GatewaySettings> logger)
    {
        _configuration = configuration;
        _secrets = secrets;
        _logger = logger;
        _current = Load();
        _watch = ChangeToken.OnChange(() => configuration.GetSection(Section).GetReloadToken(), Reload);
    }

    /// <inheritdoc />
    public GatewayOptions CurrentValue => _current;

    /// <summary>What was wrong with the last change; null when it was taken.</summary>
    public string? LastError { get; private set; }

    /// <inheritdoc />
    public GatewayOptions Get(string? name) => _current;

    /// <inheritdoc />
    public IDisposable OnChange(Action<GatewayOptions, string?> listener)
    {
        Changed += listener;
        return new Subscription(() => Changed -= listener);
    }

    /// <inheritdoc />
    public void Dispose() => _watch.Dispose();

    private void Reload()
    {
        try
        {
            _current = Load();
            LastError = null;
        }
        catch (OptionsValidationException exception)
        {
            LastError = exception.Message;
            Log.GatewaySettingsRejected(_logger, exception.Message);
            return;
        }

        Log.GatewaySettingsTaken(_logger, _current.Upstreams.Count, _current.Models.Count);
        Changed?.Invoke(_current, Options.DefaultName);
    }

    private GatewayOptions Load()
    {
        GatewayOptions options;
        try
        {
            options = _configuration.GetSection(Section).Get<GatewayOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new GatewayOptions();
        }
        catch (InvalidOperationException exception)
        {
            throw Invalid([exception.InnerException is FormatException or null ? exception.Message : $"{exception.Message} {exception.InnerException.Message}"]);
        }

        var errors = GatewayValidation.Check(options, _secrets);
        return errors.Count == 0 ? options : throw Invalid(errors);
    }

    private static OptionsValidationException Invalid(IEnumerable<string> errors) => new(Section, typeof(GatewayOptions), errors);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
