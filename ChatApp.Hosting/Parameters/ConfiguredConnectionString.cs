namespace Aspire.Hosting;

internal sealed class ConfiguredConnectionString(string name, IConfiguration configuration) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => $"{{{name}.connectionString}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        configuration.GetConnectionString(name) is { Length: > 0 } value
            ? new(value)
            : throw new MissingParameterValueException($"The connection string '{name}' has no value. Set ConnectionStrings:{name} in the AppHost's configuration.");
}
