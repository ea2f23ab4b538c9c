namespace Aspire.Hosting;

/// <summary>Adds connection strings of what runs elsewhere.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>A connection string given by configuration as <c>ConnectionStrings:name</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var configured = new ConfiguredConnectionString(name, builder.Configuration);
        return builder.AddResource(new ConnectionStringResource(name, ReferenceExpression.Create($"{configured}")) { ConnectionStringEnvironmentVariable = environmentVariableName });
    }

    /// <summary>A connection string made of other values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
    }
}
