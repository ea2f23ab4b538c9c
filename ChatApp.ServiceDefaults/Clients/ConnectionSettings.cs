using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Reads client settings in Aspire's order: section, named section, connection string.</summary>
internal static class ConnectionSettings
{
    public static TSettings Bind<TSettings>(IConfiguration configuration, string section, string connectionName)
        where TSettings : new()
    {
        var settings = new TSettings();
        configuration.GetSection(section).Bind(settings);
        configuration.GetSection($"{section}:{connectionName}").Bind(settings);
        return settings;
    }

    public static string Require(IConfiguration configuration, string section, string connectionName, string? fromSettings)
    {
        var connectionString = configuration.GetConnectionString(connectionName) ?? fromSettings;
        return !string.IsNullOrWhiteSpace(connectionString)
            ? connectionString
            : throw new InvalidOperationException(
                $"No connection string for '{connectionName}'. Set ConnectionStrings:{connectionName} or {section}:{connectionName}:ConnectionString, " +
                "or start the service from ChatApp.AppHost, which injects it.");
    }
}
