using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>The pods of a resource.</summary>
internal sealed class PodTemplate(HelmValues values)
{
    /// <summary>Endpoints go on sending for a moment to a pod that was asked to stop.</summary>
    private const int LeaveSeconds = 5;

    /// <summary>The user that .NET's images have for applications.</summary>
    private const int AppUser = 1654;

    private readonly HelmEnvironment _environment = new(values);

    public YamlMap Of(DeployedResource resource)
    {
        var spec = Spec(resource, Container(resource));
        spec["terminationGracePeriodSeconds"] = resource.Deployment.DrainSeconds + LeaveSeconds;
        spec["topologySpreadConstraints"] = resource.IsService ? (object[])[Spread(resource.Name)] : null;
        var given = resource.Mounts.Where(mount => mount.IsGiven).ToArray();
        spec["volumes"] = given.Length == 0 ? null : given.Select(mount => new YamlMap
        {
            ["name"] = mount.Name,
            ["persistentVolumeClaim"] = new YamlMap { ["claimName"] = mount.Name, ["readOnly"] = mount.IsReadOnly },
        }).ToArray();
        return new YamlMap { ["metadata"] = new YamlMap { ["labels"] = KubernetesObject.Labels(resource.Name), ["annotations"] = Scraped(resource) }, ["spec"] = spec };
    }

    /// <summary>One run of the migrations of the resource's schema.</summary>
    public YamlMap Migration(DeployedResource resource, string name)
    {
        var container = new YamlMap
        {
            ["name"] = "migrate",
            ["image"] = ImageOf(resource),
            ["args"] = (string[])["migrate"],
            ["env"] = _environment.Write(resource.MigrationEnvironment),
            ["resources"] = new YamlMap { ["requests"] = Amounts("100m", "128Mi"), ["limits"] = Amounts("1", "512Mi") },
            ["securityContext"] = Confined(),
        };
        var spec = Spec(resource, container);
        spec["restartPolicy"] = "Never";
        return new YamlMap { ["metadata"] = new YamlMap { ["labels"] = KubernetesObject.Labels(name) }, ["spec"] = spec };
    }

    private static YamlMap Spec(DeployedResource resource, YamlMap container) => new()
    {
        ["automountServiceAccountToken"] = false,
        // Variables for every service of the namespace would be taken for settings: API_PORT, REDIS_PORT and so on.
        ["enableServiceLinks"] = false,
        ["securityContext"] = resource.IsService
            ? new YamlMap { ["runAsNonRoot"] = true, ["runAsUser"] = AppUser, ["fsGroup"] = resource.Mounts.Any(mount => !mount.IsReadOnly) ? AppUser : null, ["seccompProfile"] = new YamlMap { ["type"] = "RuntimeDefault" } }
            : null,
        ["containers"] = (object[])[container],
    };

    private YamlMap Container(DeployedResource resource)
    {
        var container = new YamlMap
        {
            ["name"] = resource.Name,
            ["image"] = ImageOf(resource),
            ["command"] = resource.Entrypoint is { } entrypoint ? (string[])[entrypoint] : null,
            ["args"] = resource.Arguments.Count == 0 ? null : resource.Arguments.Select(_environment.Text).ToArray(),
            ["ports"] = resource.Endpoints.Select(endpoint => new YamlMap { ["name"] = endpoint.Name, ["containerPort"] = endpoint.Port }).ToArray(),
            ["env"] = _environment.Write(resource.Environment),
        };
        foreach (var (type, name) in new[] { (ProbeType.Startup, "startupProbe"), (ProbeType.Readiness, "readinessProbe"), (ProbeType.Liveness, "livenessProbe") })
            container[name] = resource.Probe(type) is { } probe ? Probe(probe) : null;
        container["lifecycle"] = resource.IsService ? new YamlMap { ["preStop"] = new YamlMap { ["sleep"] = new YamlMap { ["seconds"] = LeaveSeconds } } } : null;
        container["resources"] = Resources(resource);
        container["volumeMounts"] = resource.Mounts.Count == 0 ? null : resource.Mounts.Select(mount => new YamlMap
        {
            ["name"] = mount.Name,
            ["mountPath"] = mount.Target,
            ["readOnly"] = mount.IsReadOnly ? true : null,
            // A fresh disk has a lost+found, and stores want an empty folder.
            ["subPath"] = mount.IsGiven ? null : "data",
        }).ToArray();
        container["securityContext"] = resource.IsService ? Confined() : new YamlMap { ["allowPrivilegeEscalation"] = false };
        return container;
    }

    private string ImageOf(DeployedResource resource) =>
        resource.IsService
            ? $"{values.Text("image.registry", "registry.example.com")}/{resource.Image}:{values.Text("image.tag", "latest")}"
            : values.Text($"{HelmValues.NameOf(resource.Name)}.image", resource.Image);

    private YamlMap Resources(DeployedResource resource)
    {
        var path = $"{HelmValues.NameOf(resource.Name)}.resources";
        var size = resource.Deployment.Size;
        return new YamlMap
        {
            ["requests"] = Amounts(values.Text($"{path}.requests.cpu", size.CpuRequest), values.Text($"{path}.requests.memory", size.MemoryRequest)),
            ["limits"] = Amounts(values.Text($"{path}.limits.cpu", size.CpuLimit), values.Text($"{path}.limits.memory", size.MemoryLimit)),
        };
    }

    private static YamlMap Amounts(string cpu, string memory) => new() { ["cpu"] = cpu, ["memory"] = memory };

    private static YamlMap Probe(DeployedProbe probe) => new()
    {
        ["httpGet"] = probe.Path is { } path ? new YamlMap { ["path"] = path, ["port"] = probe.Port } : null,
        ["tcpSocket"] = probe.Path is null ? new YamlMap { ["port"] = probe.Port } : null,
        ["periodSeconds"] = probe.PeriodSeconds,
        ["timeoutSeconds"] = probe.TimeoutSeconds,
        ["failureThreshold"] = probe.FailureThreshold,
    };

    private static YamlMap Confined() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["capabilities"] = new YamlMap { ["drop"] = (string[])["ALL"] },
    };

    private static YamlMap Spread(string name) => new()
    {
        ["maxSkew"] = 1,
        ["topologyKey"] = "kubernetes.io/hostname",
        ["whenUnsatisfiable"] = "ScheduleAnyway",
        ["labelSelector"] = new YamlMap { ["matchLabels"] = KubernetesObject.Selector(name) },
    };

    // What the scaling below asks Prometheus for.
    private static YamlMap? Scraped(DeployedResource resource) =>
        resource.Deployment.ScalesBy != ScalesBy.EngineQueue ? null : new YamlMap
        {
            ["prometheus.io/scrape"] = "true",
            ["prometheus.io/path"] = "/metrics",
            ["prometheus.io/port"] = $"{resource.Endpoints[0].Port}",
        };
}
