namespace Aspire.Hosting.ApplicationModel;

/// <summary>A server of the Redis protocol.</summary>
public class RedisResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    public RedisResource(string name, ParameterResource password)
        : base(name)
    {
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);
    }

    /// <summary>Where the server listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The password.</summary>
    public ParameterResource? PasswordParameter { get; private set; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            var builder = new ReferenceExpressionBuilder();
            builder.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.HostAndPort));
            if (PasswordParameter is not null)
            {
                builder.AppendLiteral(",password=");
                builder.AppendFormatted(PasswordParameter);
            }

            return builder.Build();
        }
    }
}
