using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>What runs the pods of a resource, and the disks they have.</summary>
internal sealed class Workload(HelmValues values)
{
    private readonly PodTemplate _pods = new(values);

    public IEnumerable<YamlMap> Of(DeployedResource resource)
    {
        foreach (var mount in resource.Mounts.Where(mount => mount.IsGiven))
            yield return KubernetesObject.Create("v1", "PersistentVolumeClaim", mount.Name, Claim(resource, "ReadWriteMany", shared: true), new YamlMap { ["helm.sh/resource-policy"] = "keep" });
        yield return resource.IsService ? Deployment(resource) : StatefulSet(resource);
    }

    /// <summary>
    /// Before pods of a new version start, and, since there is no database before it, after everything of a first install: the
    /// services bring their schema up to date themselves, so that this is a check that it can be.
    /// </summary>
    public YamlMap Migration(DeployedResource resource)
    {
        var name = $"{resource.Name}-migrate";
        var spec = new YamlMap { ["backoffLimit"] = 4, ["activeDeadlineSeconds"] = 900, ["template"] = _pods.Migration(resource, name) };
        return KubernetesObject.Create("batch/v1", "Job", name, spec, new YamlMap
        {
            ["helm.sh/hook"] = "post-install,pre-upgrade",
            ["helm.sh/hook-delete-policy"] = "before-hook-creation",
        });
    }

    private YamlMap Deployment(DeployedResource resource) => KubernetesObject.Create("apps/v1", "Deployment", resource.Name, new YamlMap
    {
        // How many there are is the autoscaler's to say.
        ["selector"] = new YamlMap { ["matchLabels"] = KubernetesObject.Selector(resource.Name) },
        ["strategy"] = new YamlMap { ["type"] = "RollingUpdate", ["rollingUpdate"] = new YamlMap { ["maxUnavailable"] = 0, ["maxSurge"] = 1 } },
        ["template"] = _pods.Of(resource),
    });

    private YamlMap StatefulSet(DeployedResource resource) => KubernetesObject.Create("apps/v1", "StatefulSet", resource.Name, new YamlMap
    {
        ["replicas"] = 1,
        ["serviceName"] = resource.Name,
        ["selector"] = new YamlMap { ["matchLabels"] = KubernetesObject.Selector(resource.Name) },
        ["template"] = _pods.Of(resource),
        ["volumeClaimTemplates"] = resource.Mounts.Count == 0 ? null : resource.Mounts.Select(mount => new YamlMap
        {
            ["metadata"] = new YamlMap { ["name"] = mount.Name },
            ["spec"] = Claim(resource, "ReadWriteOnce", shared: false),
        }).ToArray(),
    });

    private YamlMap Claim(DeployedResource resource, string access, bool shared) => new()
    {
        ["accessModes"] = (string[])[access],
        ["storageClassName"] = shared ? values.Text("storageClasses.shared", "shared") : values.Text("storageClasses.disk", "standard"),
        ["resources"] = new YamlMap { ["requests"] = new YamlMap { ["storage"] = values.Text($"{HelmValues.NameOf(resource.Name)}.storage", resource.Deployment.Storage) } },
    };
}
