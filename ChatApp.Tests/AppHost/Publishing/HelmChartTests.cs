using k8s.Models;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>The chart, read back as Kubernetes' own types.</summary>
public sealed class HelmChartTests
{
    private static readonly string[] s_services = ["api", "inference", "orchestrator", "web"];
    private static readonly string[] s_stores = ["postgres", "qdrant", "redis"];

    private readonly HelmChart _chart = HelmChart.Load();

    [Test]
    public void Every_service_and_store_of_the_graph_is_deployed_and_found_under_its_name()
    {
        _chart.Names<V1Deployment>().ShouldBe(s_services, ignoreOrder: true);
        _chart.Names<V1StatefulSet>().ShouldBe(s_stores, ignoreOrder: true);
        foreach (var name in s_services.Concat(s_stores))
        {
            var service = _chart.Get<V1Service>(name);
            var pod = PodOf(name);
            service.Spec.Selector.ShouldBeSubsetOf(pod.Metadata.Labels);
            service.Spec.Ports.Select(port => port.TargetPort.Value).ShouldBe(pod.Spec.Containers[0].Ports.Select(port => port.Name));
        }
    }

    [Test]
    public void What_is_called_is_a_port_that_the_other_listens_on()
    {
        var calls = s_services.SelectMany(name => PodOf(name).Spec.Containers[0].Env).Where(variable => variable.Name.StartsWith("services__", StringComparison.Ordinal)).ToArray();

        calls.Select(variable => variable.Name).ShouldBe(["services__inference__http__0", "services__orchestrator__grpc__0", "services__orchestrator__http__0", "services__api__http__0"], ignoreOrder: true);
        foreach (var url in calls.Select(variable => new Uri(variable.Value)))
            _chart.Get<V1Service>(url.Host).Spec.Ports.Select(port => port.Port).ShouldContain(url.Port);
        Variable("orchestrator", "HTTP_PORTS").Value.ShouldBe("8080;8081");
        Variable("api", "services__orchestrator__grpc__0").Value.ShouldBe("http://orchestrator:8081");
    }

    [Test]
    public void A_service_is_asked_whether_it_is_ready_and_whether_it_lives()
    {
        foreach (var container in s_services.Select(name => PodOf(name).Spec.Containers[0]))
        {
            container.ReadinessProbe.HttpGet.Path.ShouldBe("/health");
            container.LivenessProbe.HttpGet.Path.ShouldBe("/alive");
            container.StartupProbe.HttpGet.Path.ShouldBe("/alive");
            container.Ports.Select(port => (string)$"{port.ContainerPort}").ShouldContain(container.ReadinessProbe.HttpGet.Port.Value);
        }

        foreach (var store in s_stores)
            PodOf(store).Spec.Containers[0].ReadinessProbe.TcpSocket.ShouldNotBeNull();
    }

    [Test]
    public void A_stop_leaves_time_to_drain_what_is_answered()
    {
        var engine = new ChatApp.Inference.Serving.InferenceOptions().DrainTimeout.TotalSeconds;
        foreach (var pod in s_services.Select(PodOf))
        {
            var leave = pod.Spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds;
            leave.ShouldBeGreaterThan(0);
            // Inference drains, and its host waits five seconds more for that; the others have .NET's 30.
            (pod.Spec.TerminationGracePeriodSeconds!.Value - leave).ShouldBeGreaterThan((long)Math.Max(30, engine + 5));
        }
    }

    [Test]
    public void Everything_says_what_it_needs_and_may_take()
    {
        foreach (var resources in s_services.Concat(s_stores).Select(name => PodOf(name).Spec.Containers[0].Resources))
        {
            foreach (var kind in new[] { "cpu", "memory" })
            {
                resources.Requests[kind].ToDecimal().ShouldBeGreaterThan(0);
                resources.Limits[kind].ToDecimal().ShouldBeGreaterThanOrEqualTo(resources.Requests[kind].ToDecimal());
            }
        }
    }

    [Test]
    public void Inference_grows_with_its_queue_and_its_cache_and_the_others_with_their_processors()
    {
        var engine = _chart.Get<ScaledObject>("inference").Spec;
        engine.Triggers.Select(trigger => trigger.Metadata["query"]).ShouldBe(
        [
            """sum(vllm:num_requests_waiting{job="kubernetes-pods",namespace="chat"})""",
            """sum(max by (pod) (vllm:kv_cache_usage_perc{job="kubernetes-pods",namespace="chat"}))""",
        ]);
        engine.Triggers.ShouldAllBe(trigger => trigger.Type == "prometheus" && trigger.MetricType == "AverageValue" && double.Parse(trigger.Metadata["threshold"], System.Globalization.CultureInfo.InvariantCulture) > 0);
        (engine.MinReplicaCount, engine.MaxReplicaCount).ShouldBe((1, 8));
        PodOf("inference").Metadata.Annotations["prometheus.io/path"].ShouldBe("/metrics");

        _chart.Names<V2HorizontalPodAutoscaler>().ShouldBe(["api", "orchestrator", "web"], ignoreOrder: true);
        foreach (var scaler in _chart.Objects.OfType<V2HorizontalPodAutoscaler>())
        {
            scaler.Spec.ScaleTargetRef.Name.ShouldBe(scaler.Metadata.Name);
            scaler.Spec.Metrics[0].Resource.Name.ShouldBe("cpu");
            scaler.Spec.MinReplicas.ShouldNotBeNull().ShouldBeGreaterThan(1);
        }

        // A number here would undo what the autoscaler said, at every upgrade.
        _chart.Objects.OfType<V1Deployment>().ShouldAllBe(deployment => deployment.Spec.Replicas == null);
    }

    [Test]
    public void No_more_than_one_replica_of_a_service_is_taken_away_at_once()
    {
        _chart.Names<V1PodDisruptionBudget>().ShouldBe(s_services, ignoreOrder: true);
        foreach (var budget in _chart.Objects.OfType<V1PodDisruptionBudget>())
        {
            budget.Spec.MaxUnavailable.Value.ShouldBe("1");
            budget.Spec.Selector.MatchLabels.ShouldBeSubsetOf(PodOf(budget.Metadata.Name).Metadata.Labels);
        }
    }

    [Test]
    public void Migrations_run_before_an_upgrade_with_the_database_and_nothing_else()
    {
        _chart.Names<V1Job>().ShouldBe(["api-migrate", "orchestrator-migrate"], ignoreOrder: true);
        foreach (var job in _chart.Objects.OfType<V1Job>())
        {
            job.Metadata.Annotations["helm.sh/hook"].ShouldContain("pre-upgrade");
            var container = job.Spec.Template.Spec.Containers.ShouldHaveSingleItem();
            container.Args.ShouldBe(["migrate"]);
            container.Image.ShouldBe(PodOf(job.Metadata.Name.Replace("-migrate", "", StringComparison.Ordinal)).Spec.Containers[0].Image);
            container.Env.Select(variable => variable.Name).ShouldBe(["POSTGRES_PASSWORD", "ConnectionStrings__chatdb"]);
            // A service's selector must not find it.
            job.Spec.Template.Metadata.Labels["app.kubernetes.io/name"].ShouldBe(job.Metadata.Name);
        }
    }

    [Test]
    public void Secrets_are_references_and_stand_before_what_is_made_of_them()
    {
        foreach (var variables in s_services.Concat(s_stores).Select(name => PodOf(name).Spec.Containers[0].Env))
        {
            var names = variables.Select(variable => variable.Name).ToList();
            names.ShouldBeUnique();
            foreach (var variable in variables.Where(variable => variable.Value?.Contains("$(", StringComparison.Ordinal) == true))
            {
                var secret = variable.Value.Split("$(")[1].Split(')')[0];
                names.IndexOf(secret).ShouldBeInRange(0, names.IndexOf(variable.Name) - 1);
                variables[names.IndexOf(secret)].ValueFrom.SecretKeyRef.Name.ShouldBe("chatapp");
            }
        }

        Variable("api", "Internal__IdentityKey").ValueFrom.SecretKeyRef.Key.ShouldBe("internal-key");
        Variable("api", "ConnectionStrings__chatdb").Value.ShouldBe("Host=postgres;Port=5432;Username=postgres;Password=$(POSTGRES_PASSWORD);Database=chatdb");
        Variable("orchestrator", "ConnectionStrings__redis").Value.ShouldBe("redis:6379,password=$(REDIS_PASSWORD)");
        _chart.Objects.OfType<V1Secret>().ShouldBeEmpty();
    }

    [Test]
    public void Models_are_mounted_where_inference_looks_for_them_and_stores_keep_their_data()
    {
        var engine = PodOf("inference").Spec;
        engine.Containers[0].VolumeMounts.ShouldHaveSingleItem().MountPath.ShouldBe(Variable("inference", "Inference__ModelsPath").Value);
        engine.Volumes.ShouldHaveSingleItem().PersistentVolumeClaim.ClaimName.ShouldBe(_chart.Get<V1PersistentVolumeClaim>("inference-models").Metadata.Name);
        foreach (var store in new[] { "postgres", "qdrant" })
        {
            var claim = _chart.Get<V1StatefulSet>(store).Spec.VolumeClaimTemplates.ShouldHaveSingleItem();
            PodOf(store).Spec.Containers[0].VolumeMounts.ShouldHaveSingleItem().Name.ShouldBe(claim.Metadata.Name);
        }
    }

    [Test]
    public void Browsers_reach_the_pages_and_the_api_by_names_that_the_other_knows()
    {
        _chart.Names<V1Ingress>().ShouldBe(["api", "web"], ignoreOrder: true);
        foreach (var ingress in _chart.Objects.OfType<V1Ingress>())
            ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-buffering"].ShouldBe("off");
        Variable("api", "Edge__AllowedOrigins__0").Value.ShouldBe($"https://{_chart.Get<V1Ingress>("web").Spec.Rules[0].Host}");
        Variable("web", "Api__PublicAddress").Value.ShouldBe($"https://{_chart.Get<V1Ingress>("api").Spec.Rules[0].Host}");
        // A page lives in the replica that made it.
        _chart.Get<V1Ingress>("web").Metadata.Annotations["nginx.ingress.kubernetes.io/affinity"].ShouldBe("cookie");
    }

    [Test]
    public void Services_run_confined()
    {
        foreach (var pod in s_services.Select(PodOf))
        {
            pod.Spec.SecurityContext.RunAsNonRoot.ShouldBe(true);
            pod.Spec.AutomountServiceAccountToken.ShouldBe(false);
            pod.Spec.Containers[0].SecurityContext.Capabilities.Drop.ShouldBe(["ALL"]);
            pod.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation.ShouldBe(false);
        }
    }

    [Test]
    public void Every_value_is_asked_for_by_a_template() => _chart.Used.ShouldBe(_chart.AllValues(), ignoreOrder: true);

    private V1PodTemplateSpec PodOf(string name) =>
        s_stores.Contains(name) ? _chart.Get<V1StatefulSet>(name).Spec.Template : _chart.Get<V1Deployment>(name).Spec.Template;

    private V1EnvVar Variable(string service, string name) => PodOf(service).Spec.Containers[0].Env.Single(variable => variable.Name == name);
}
