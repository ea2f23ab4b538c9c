using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>What we use of KEDA's resource, whose types no package here has.</summary>
[KubernetesEntity(Group = "keda.sh", ApiVersion = "v1alpha1", Kind = "ScaledObject")]
internal sealed class ScaledObject : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public ScaledObjectSpec Spec { get; set; } = new();

    internal sealed class ScaledObjectSpec
    {
        [JsonPropertyName("scaleTargetRef")]
        public V2CrossVersionObjectReference ScaleTargetRef { get; set; } = new();

        [JsonPropertyName("minReplicaCount")]
        public int MinReplicaCount { get; set; }

        [JsonPropertyName("maxReplicaCount")]
        public int MaxReplicaCount { get; set; }

        [JsonPropertyName("advanced")]
        public ScaledObjectAdvanced Advanced { get; set; } = new();

        [JsonPropertyName("triggers")]
        public List<ScaledObjectTrigger> Triggers { get; set; } = [];
    }

    internal sealed class ScaledObjectAdvanced
    {
        [JsonPropertyName("horizontalPodAutoscalerConfig")]
        public ScaledObjectHorizontalPodAutoscaler HorizontalPodAutoscalerConfig { get; set; } = new();
    }

    internal sealed class ScaledObjectHorizontalPodAutoscaler
    {
        [JsonPropertyName("behavior")]
        public V2HorizontalPodAutoscalerBehavior Behavior { get; set; } = new();
    }

    internal sealed class ScaledObjectTrigger
    {
        [JsonPropertyName("type")]
        public string Type { get; set; } = "";

        [JsonPropertyName("metricType")]
        public string MetricType { get; set; } = "";

        [JsonPropertyName("metadata")]
        public Dictionary<string, string> Metadata { get; set; } = [];
    }
}
