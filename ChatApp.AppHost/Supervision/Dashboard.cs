namespace ChatApp.AppHost.Supervision;

/// <summary>Where Aspire's dashboard listens.</summary>
internal static class Dashboard
{
    private const string Frontend = "ASPNETCORE_URLS";
    private const string Telemetry = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";
    private const int DefaultPort = 18888;

    /// <summary>
    /// Takes <c>Ports:Dashboard</c>: the page's port, and the next one for telemetry. Without it what the launch profile says
    /// holds, and without that the same ports.
    /// </summary>
    public static void UseDashboardPorts(this IDistributedApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var given = settings.GetValue<int?>("Ports:Dashboard");
        // Under tests there is no dashboard, and telemetry goes where the test says.
        if (settings.GetValue<bool>("DcpPublisher:RandomizePorts") || (given is null && settings[Frontend] is { Length: > 0 }))
            return;
        var port = given ?? DefaultPort;
        settings[Frontend] = $"http://localhost:{port}";
        settings[Telemetry] = $"http://localhost:{port + 1}";
        settings["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
    }

    public static IEnumerable<Uri> Addresses(IConfiguration configuration) =>
        ((string?[])[configuration[Frontend], configuration[Telemetry]]).Where(address => !string.IsNullOrEmpty(address)).Select(address => new Uri(address!.Split(';')[0]));

    /// <summary>The page, with the token that signs in.</summary>
    public static string LoginLink(IConfiguration configuration) => $"{configuration[Frontend]?.Split(';')[0]}/login?t={configuration["AppHost:BrowserToken"]}";
}
