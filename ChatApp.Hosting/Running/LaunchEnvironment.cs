using System.Collections;
using System.Globalization;

namespace ChatApp.Hosting.Running;

/// <summary>The environment and the arguments of a process that is about to start.</summary>
internal sealed record LaunchEnvironment(
    IReadOnlyDictionary<string, string> Variables,
    IReadOnlyDictionary<string, string> Described,
    IReadOnlySet<string> Secret,
    IReadOnlyList<string> Arguments)
{
    // What concerns the AppHost's own process and would mislead a child.
    private static readonly string[] NotInherited =
    [
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_LAUNCH_PROFILE",
        "ASPNETCORE_CONTENTROOT", "DOTNET_CONTENTROOT", "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "DOTNET_HOSTINGSTARTUPASSEMBLIES", "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath",
    ];

    private static readonly string[] NotInheritedPrefixes = ["ASPIRE_", "DOTNET_RESOURCE_SERVICE_", "Parameters__", "ConnectionStrings__", "AppHost__", "Ports__"];

    public static async Task<LaunchEnvironment> BuildAsync(
        IResource resource,
        string instanceId,
        IReadOnlyDictionary<string, int> ports,
        IHostEnvironment host,
        OtlpEndpoint? telemetry,
        CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run), resource, null, cancellationToken);
        if (resource is ProjectResource)
            AddProjectDefaults(context.EnvironmentVariables, resource, instanceId, ports, host, telemetry);
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.TargetPortEnvironmentVariable is not null))
            context.EnvironmentVariables[endpoint.TargetPortEnvironmentVariable!] = ports[endpoint.Name].ToString(CultureInfo.InvariantCulture);
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await callback.Callback(context);

        Dictionary<string, string> described = [];
        HashSet<string> secret = [];
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ResolveAsync(value, cancellationToken) is { } text)
                described[name] = text;
            if (Secrets.IsSecret(name, value))
                secret.Add(name);
        }

        var variables = Inherited();
        foreach (var (name, value) in described)
            variables[name] = value;
        return new LaunchEnvironment(variables, described, secret, await ArgumentsAsync(resource, cancellationToken));
    }

    private static void AddProjectDefaults(Dictionary<string, object> variables, IResource resource, string instanceId, IReadOnlyDictionary<string, int> ports, IHostEnvironment host, OtlpEndpoint? telemetry)
    {
        variables["ASPNETCORE_ENVIRONMENT"] = host.EnvironmentName;
        variables["DOTNET_ENVIRONMENT"] = host.EnvironmentName;
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instanceId}";
        var urls = resource.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.UriScheme is "http" or "https")
            .Select(endpoint => string.Create(CultureInfo.InvariantCulture, $"{endpoint.UriScheme}://localhost:{ports[endpoint.Name]}"));
        variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        // One machine runs all of it: memory goes back to the system rather than waiting for the next burst.
        variables["DOTNET_GCConserveMemory"] = "5";
        telemetry?.AddTo(variables, host.IsDevelopment());
    }

    private static Dictionary<string, string> Inherited()
    {
        var comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Dictionary<string, string> variables = new(comparer);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!NotInherited.Contains(name, StringComparer.OrdinalIgnoreCase) && !NotInheritedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                variables[name] = (string?)variable.Value ?? "";
        }

        return variables;
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await callback.Callback(context);
        List<string> arguments = [];
        foreach (var argument in context.Args)
        {
            if (await ResolveAsync(argument, cancellationToken) is { } text)
                arguments.Add(text);
        }

        return arguments;
    }

    private static async ValueTask<string?> ResolveAsync(object? value, CancellationToken cancellationToken) => value switch
    {
        null => null,
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(cancellationToken),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
