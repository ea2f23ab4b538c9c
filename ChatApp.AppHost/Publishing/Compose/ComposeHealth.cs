using System.Globalization;
using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Compose;

/// <summary>
/// A probe as a command in the container. The images have neither curl nor wget, but bash, which opens connections by itself.
/// </summary>
internal static class ComposeHealth
{
    public static YamlMap Of(DeployedProbe probe, DeployedProbe? startup) => new()
    {
        ["test"] = (string[])["CMD", "bash", "-c", ComposeVariables.Literal(Command(probe))],
        ["interval"] = Seconds(probe.PeriodSeconds),
        ["timeout"] = Seconds(probe.TimeoutSeconds),
        ["retries"] = probe.FailureThreshold,
        ["start_period"] = Seconds(startup is null ? 60 : startup.PeriodSeconds * startup.FailureThreshold),
    };

    /// <summary>Succeeds when the port answers: with status 200 where there is a path, with a connection where there is none.</summary>
    internal static string Command(DeployedProbe probe)
    {
        var connect = $"exec 3<>/dev/tcp/127.0.0.1/{probe.Port}";
        return probe.Path is null
            ? connect
            : $@"{connect} && printf 'GET {probe.Path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && head -n 1 <&3 | grep -q ' 200 '";
    }

    public static string Seconds(int seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
}
