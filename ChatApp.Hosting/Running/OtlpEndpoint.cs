namespace ChatApp.Hosting.Running;

/// <summary>Where processes send their telemetry; registered as a service by whoever receives it.</summary>
internal sealed record OtlpEndpoint(Uri Address, string Protocol, string ApiKey)
{
    public void AddTo(Dictionary<string, object> variables, bool isDevelopment)
    {
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address.ToString();
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = Protocol;
        variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={ApiKey}";
        if (!isDevelopment)
            return;
        // Short, so that what happened is seen while one looks.
        variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
    }
}
