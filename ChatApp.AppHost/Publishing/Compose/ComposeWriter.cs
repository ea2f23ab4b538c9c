using System.Globalization;
using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Compose;

/// <summary>Writes the deployment for one machine: <c>compose/compose.yaml</c> and <c>compose/.env.example</c>.</summary>
internal sealed class ComposeWriter
{
    private const string Comment =
        """
        The product on one machine, written by 'aspire publish' from ChatApp.AppHost: change that, and publish again.
        Secrets and addresses come from .env (see .env.example). docs/deployment.md says more.
        """;

    private readonly ComposeVariables _variables = new();
    private readonly YamlMap _services = [];
    private readonly YamlMap _volumes = [];

    private ComposeWriter()
    {
    }

    public static IReadOnlyDictionary<string, string> Write(IReadOnlyList<DeployedResource> resources)
    {
        var writer = new ComposeWriter();
        foreach (var resource in resources)
            writer.Add(resource, resources);
        var root = new YamlMap
        {
            ["services"] = writer._services,
            ["networks"] = new YamlMap { ["default"] = new YamlMap { ["ipam"] = new YamlMap { ["config"] = (object[])[new YamlMap { ["subnet"] = Subnet() }] } } },
            ["volumes"] = writer._volumes.Count == 0 ? null : writer._volumes,
        };
        return new Dictionary<string, string> { ["compose/compose.yaml"] = YamlText.Write(Comment, root), ["compose/.env.example"] = writer._variables.Example() };
    }

    // The services believe who comes from here, so that it has to be known before.
    private static string Subnet() => $"${{{ComposeVariables.NameOf(InnerNetwork.ProxiesParameter)}:-{InnerNetwork.Default}}}";

    private void Add(DeployedResource resource, IReadOnlyList<DeployedResource> all)
    {
        if (resource.Migrates)
            _services[MigrationOf(resource)] = Migration(resource, all);

        var service = Container(resource, resource.Environment);
        service["entrypoint"] = resource.Entrypoint is { } entrypoint ? (string[])[entrypoint] : null;
        service["command"] = resource.Arguments.Count == 0 ? null : resource.Arguments.Select(_variables.Text).ToArray();
        service["restart"] = "unless-stopped";
        service["depends_on"] = DependsOn(resource, all, migrated: resource.Migrates);
        service["ports"] = Ports(resource);
        service["volumes"] = resource.Mounts.Count == 0 ? null : resource.Mounts.Select(Volume).ToArray();
        if (resource.Probe(ProbeType.Readiness) is { } probe)
            service["healthcheck"] = ComposeHealth.Of(probe, resource.Probe(ProbeType.Startup));
        service["stop_grace_period"] = ComposeHealth.Seconds(resource.Deployment.DrainSeconds);
        service["deploy"] = Limits(resource.Deployment.Size);
        _services[resource.Name] = service;
    }

    private YamlMap Migration(DeployedResource resource, IReadOnlyList<DeployedResource> all)
    {
        var job = Container(resource, resource.MigrationEnvironment);
        job["command"] = (string[])["migrate"];
        job["restart"] = "no";
        job["depends_on"] = DependsOn(resource with { Waits = [.. resource.Waits.Where(wait => wait.Until == WaitType.WaitUntilHealthy && all.Any(one => one.Name == wait.Resource && !one.IsService))] }, all, migrated: false);
        return job;
    }

    private YamlMap Container(DeployedResource resource, IReadOnlyList<DeployedVariable> environment)
    {
        var container = new YamlMap { ["image"] = resource.IsService ? OwnImage(resource) : resource.Image };
        var variables = new YamlMap();
        foreach (var (name, value) in environment)
            variables[name] = _variables.Text(value);
        container["environment"] = variables.Count == 0 ? null : variables;
        // The stores' images begin as root, to hand their volume to the user that they then become.
        container["cap_drop"] = resource.IsService ? (string[])["ALL"] : null;
        container["security_opt"] = (string[])["no-new-privileges:true"];
        return container;
    }

    private string OwnImage(DeployedResource resource) =>
        $"{_variables.Optional("IMAGE_PREFIX", "", "Where the product's images are, with the slash at the end; empty: on this machine.")}{resource.Image}:{_variables.Optional("IMAGE_TAG", "latest", "Their tag.")}";

    private static YamlMap? DependsOn(DeployedResource resource, IReadOnlyList<DeployedResource> all, bool migrated)
    {
        var dependencies = new YamlMap();
        foreach (var wait in resource.Waits)
        {
            var healthy = wait.Until == WaitType.WaitUntilHealthy && all.First(one => one.Name == wait.Resource).Probe(ProbeType.Readiness) is not null;
            dependencies[wait.Resource] = new YamlMap { ["condition"] = healthy ? "service_healthy" : "service_started" };
        }

        if (migrated)
            dependencies[MigrationOf(resource)] = new YamlMap { ["condition"] = "service_completed_successfully" };
        return dependencies.Count == 0 ? null : dependencies;
    }

    private string[]? Ports(DeployedResource resource)
    {
        var ports = resource.Endpoints.Where(endpoint => endpoint.IsExternal).Select(endpoint => $"{Published(resource, endpoint)}:{endpoint.Port}").ToArray();
        return ports.Length == 0 ? null : ports;
    }

    // To this machine alone, until there is a proxy that ends TLS and says who asks.
    private string Published(DeployedResource resource, DeployedEndpoint endpoint) => _variables.Optional(
        $"{ComposeVariables.NameOf(resource.Name)}_PORT",
        $"127.0.0.1:{endpoint.PublicPort}",
        $"Where this machine offers '{resource.Name}'. A port without an address is open to everyone who reaches the machine: put a proxy that ends TLS in front.");

    /// <summary>Whom .NET's images run as.</summary>
    private const int ImageUser = 1654;

    private object Volume(DeployedMount mount)
    {
        if (!mount.IsGiven)
        {
            _volumes[mount.Name] = new YamlMap();
            return $"{mount.Name}:{mount.Target}{(mount.IsReadOnly ? ":ro" : "")}";
        }

        // The short form takes a word without a slash for the name of a volume.
        return new YamlMap
        {
            ["type"] = "bind",
            ["source"] = _variables.Required(ComposeVariables.NameOf(mount.Name), mount.IsReadOnly
                ? $"A folder of this machine, seen as {mount.Target}. Of a checkout: ../../models"
                : $"A folder of this machine that the user {ImageUser} may write to, seen as {mount.Target}."),
            ["target"] = mount.Target,
            ["read_only"] = mount.IsReadOnly ? true : null,
        };
    }

    private static YamlMap Limits(ResourceSize size) => new()
    {
        ["resources"] = new YamlMap
        {
            ["limits"] = new YamlMap { ["cpus"] = Quantities.Cores(size.CpuLimit), ["memory"] = Quantities.Bytes(size.MemoryLimit) },
            ["reservations"] = new YamlMap { ["cpus"] = Quantities.Cores(size.CpuRequest), ["memory"] = Quantities.Bytes(size.MemoryRequest) },
        },
    };

    private static string MigrationOf(DeployedResource resource) => $"{resource.Name}-migrate";
}

/// <summary>Kubernetes' quantities in Compose's words.</summary>
internal static class Quantities
{
    /// <summary><c>250m</c> is <c>0.25</c>.</summary>
    public static string Cores(string quantity) =>
        quantity.EndsWith('m')
            ? (decimal.Parse(quantity[..^1], CultureInfo.InvariantCulture) / 1000).ToString("0.###", CultureInfo.InvariantCulture)
            : quantity;

    /// <summary><c>512Mi</c> is <c>512m</c>: both count in powers of two.</summary>
    public static string Bytes(string quantity) => quantity.Replace("i", "", StringComparison.Ordinal).ToLowerInvariant();
}
