using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatApp.AppHost.Publishing.Model;

/// <summary>
/// Reads what the model puts into environment variables and arguments: literals, endpoints, parameters, connection strings and
/// expressions of these. No value of a secret is read.
/// </summary>
internal sealed partial class DeployedTextReader(IReadOnlyDictionary<IResource, IReadOnlyList<DeployedEndpoint>> endpoints)
{
    /// <exception cref="DistributedApplicationException">The value is of a kind that is known only when it runs.</exception>
    public DeployedText Read(object? value) => new(Parts(value));

    private IEnumerable<TextPart> Parts(object? value) => value switch
    {
        null => [],
        string text => [new TextPart.Literal(text)],
        bool or int or long or double => [new TextPart.Literal(Convert.ToString(value, CultureInfo.InvariantCulture)!)],
        ParameterResource parameter => [Setting(parameter)],
        PublicAddress address => [new TextPart.PublicAddress(address.Endpoint.Resource.Name, Resolve(address.Endpoint).PublicPort)],
        EndpointReference endpoint => [new TextPart.Literal(Url(endpoint))],
        EndpointReferenceExpression property => [new TextPart.Literal(Property(property.Endpoint, property.Property))],
        ConnectionStringReference reference => Parts(reference.Resource),
        IResourceWithConnectionString resource => Parts(resource.ConnectionStringExpression),
        ReferenceExpression { IsConditional: true } condition => Parts((object?)(Holds(condition) ? condition.WhenTrue : condition.WhenFalse)),
        ReferenceExpression expression => Parts(expression),
        _ => throw new DistributedApplicationException($"A {value.GetType().Name} cannot be written down before it runs; give the resource a parameter instead."),
    };

    private IEnumerable<TextPart> Parts(ReferenceExpression expression)
    {
        // A composite format: {0} and so on, with other braces doubled.
        foreach (Match match in FormatPieces().Matches(expression.Format))
        {
            if (!match.Groups["index"].Success)
            {
                yield return new TextPart.Literal(match.Value.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal));
                continue;
            }

            var index = int.Parse(match.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
            if (expression.StringFormats[index] is { Length: > 0 } format)
                throw new DistributedApplicationException($"The format '{format}' of '{expression.ValueExpression}' can be applied only where the value is known.");
            foreach (var part in Parts(expression.ValueProviders[index]))
                yield return part;
        }
    }

    private bool Holds(ReferenceExpression condition)
    {
        var parts = Read(condition.Condition);
        if (parts.Any(part => part is not TextPart.Literal))
            throw new DistributedApplicationException($"'{condition.ValueExpression}' depends on what is known only where it runs.");
        return string.Equals(parts.Write(part => ((TextPart.Literal)part).Text), condition.MatchValue, StringComparison.OrdinalIgnoreCase);
    }

    // The value of a secret is not asked for: Aspire would make one up, and keep it.
    private static TextPart.Setting Setting(ParameterResource parameter) =>
        new(parameter.Name, parameter.Secret || parameter.Default is null ? null : parameter.Default.GetDefaultValue(), parameter.Secret, parameter.Description);

    private string Url(EndpointReference endpoint) => $"{endpoint.Scheme}://{endpoint.Resource.Name}:{Property(endpoint, EndpointProperty.Port)}";

    private string Property(EndpointReference endpoint, EndpointProperty property) => property switch
    {
        EndpointProperty.Url => Url(endpoint),
        EndpointProperty.Scheme => endpoint.Scheme,
        // Everything that is deployed is found under its own name.
        EndpointProperty.Host or EndpointProperty.IPV4Host => endpoint.Resource.Name,
        EndpointProperty.HostAndPort => $"{endpoint.Resource.Name}:{Property(endpoint, EndpointProperty.Port)}",
        EndpointProperty.Port or EndpointProperty.TargetPort => Resolve(endpoint).Port.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.TlsEnabled => endpoint.EndpointAnnotation.TlsEnabled.ToString(),
        _ => throw new DistributedApplicationException($"The {property} of '{endpoint.Resource.Name}' is known only where it runs."),
    };

    private DeployedEndpoint Resolve(EndpointReference endpoint) =>
        endpoints.TryGetValue(endpoint.Resource, out var all) && all.FirstOrDefault(one => one.Name == endpoint.EndpointName) is { } found
            ? found
            : throw new DistributedApplicationException($"'{endpoint.Resource.Name}' is not deployed, or has no endpoint '{endpoint.EndpointName}'.");

    [GeneratedRegex(@"\{(?<index>\d+)\}|(?:\{\{|\}\}|[^{}])+")]
    private static partial Regex FormatPieces();
}
