using ChatApp.Hosting.Redis;
using ChatApp.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>Adds a server of the Redis protocol.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a server of the Redis protocol: Garnet, in a process of its own.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var passwordParameter = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        return builder.AddResource(new RedisResource(name, passwordParameter))
            .WithEndpoint(port, scheme: "tcp", name: RedisResource.PrimaryEndpointName)
            .WithAnnotation<ProcessDefinition>(new GarnetProcess())
            .WithAnnotation<ProbeAnnotation>(new RedisProbe());
    }

    /// <summary>Keeps the data across runs.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        builder.WithVolume(name, isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Keeps the data in a folder.</summary>
    public static IResourceBuilder<RedisResource> WithDataBindMount(this IResourceBuilder<RedisResource> builder, string source, bool isReadOnly = false)
    {
        builder.WithBindMount(source, isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes the data to disk. Garnet appends each write to a log, whatever the interval.</summary>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
        builder.WithAnnotation(new RedisPersistenceAnnotation(interval, keysChangedThreshold), ResourceAnnotationMutationBehavior.Replace);
}
