using ChatApp.AppHost.Publishing.Model;
using ChatApp.AppHost.Publishing.Text;

namespace ChatApp.AppHost.Publishing.Helm;

/// <summary>How many replicas there are, and how many of them may be taken away at once.</summary>
internal sealed class Scaling(HelmValues values)
{
    /// <summary>A replica that goes ends its answers elsewhere: it is not taken away for a lull.</summary>
    private const int PatienceSeconds = 300;

    public IEnumerable<YamlMap> Of(DeployedResource resource)
    {
        if (resource.Deployment.ScalesBy == ScalesBy.Nothing)
            yield break;
        yield return resource.Deployment.ScalesBy == ScalesBy.EngineQueue ? ByQueue(resource) : ByCpu(resource);
        yield return KubernetesObject.Create("policy/v1", "PodDisruptionBudget", resource.Name, new YamlMap
        {
            ["maxUnavailable"] = 1,
            ["selector"] = new YamlMap { ["matchLabels"] = KubernetesObject.Selector(resource.Name) },
        });
    }

    private YamlMap ByCpu(DeployedResource resource) => KubernetesObject.Create("autoscaling/v2", "HorizontalPodAutoscaler", resource.Name, new YamlMap
    {
        ["scaleTargetRef"] = Target(resource),
        ["minReplicas"] = Least(resource),
        ["maxReplicas"] = Most(resource),
        ["metrics"] = (object[])
        [
            new YamlMap
            {
                ["type"] = "Resource",
                ["resource"] = new YamlMap
                {
                    ["name"] = "cpu",
                    ["target"] = new YamlMap { ["type"] = "Utilization", ["averageUtilization"] = values.Number($"{Path(resource)}.scaling.cpuPercent", 70) },
                },
            },
        ],
        ["behavior"] = Patience(),
    });

    // KEDA makes the HorizontalPodAutoscaler of this one; without KEDA the metrics would need an adapter of their own.
    private YamlMap ByQueue(DeployedResource resource) => KubernetesObject.Create("keda.sh/v1alpha1", "ScaledObject", resource.Name, new YamlMap
    {
        ["scaleTargetRef"] = Target(resource),
        ["minReplicaCount"] = Least(resource),
        ["maxReplicaCount"] = Most(resource),
        ["advanced"] = new YamlMap { ["horizontalPodAutoscalerConfig"] = new YamlMap { ["behavior"] = Patience() } },
        ["triggers"] = (object[])
        [
            Prometheus($"sum(vllm:num_requests_waiting{Series()})", values.Text($"{Path(resource)}.scaling.waitingRequests", "4")),
            // The fullest cache of each replica, summed; KEDA divides by the replicas.
            Prometheus($"sum(max by (pod) (vllm:kv_cache_usage_perc{Series()}))", values.Text($"{Path(resource)}.scaling.kvCacheUse", "0.8")),
        ],
    });

    private YamlMap Prometheus(string query, string threshold) => new()
    {
        ["type"] = "prometheus",
        ["metricType"] = "AverageValue",
        ["metadata"] = new YamlMap
        {
            ["serverAddress"] = values.Text("prometheus.address", "http://prometheus-server.monitoring"),
            ["query"] = query,
            ["threshold"] = threshold,
        },
    };

    private string Series() => $$"""{job="{{values.Text("prometheus.job", "kubernetes-pods")}}",namespace="{{"{{ .Release.Namespace }}"}}"}""";

    private static YamlMap Target(DeployedResource resource) => new() { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = resource.Name };

    private string Least(DeployedResource resource) => values.Number($"{Path(resource)}.scaling.least", resource.Deployment.LeastReplicas);

    private string Most(DeployedResource resource) => values.Number($"{Path(resource)}.scaling.most", resource.Deployment.MostReplicas);

    private static YamlMap Patience() => new() { ["scaleDown"] = new YamlMap { ["stabilizationWindowSeconds"] = PatienceSeconds } };

    private static string Path(DeployedResource resource) => HelmValues.NameOf(resource.Name);
}
