using ChatApp.Hosting.State;

namespace Aspire.Hosting;

/// <summary>Adds parameters.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A parameter given by configuration as <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddParameter(name, Given(builder, name, null), secret);

    /// <summary>A parameter with a value where configuration has none.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, Given(builder, name, () => value), secret);

    /// <summary>A parameter with a computed value where configuration has none.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, Given(builder, name, valueGetter), secret);

    /// <summary>A parameter with a default, such as a generated password; with <paramref name="persist"/> it stays the same across runs.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        var parameter = builder.AddParameter(
            name,
            Given(builder, name, () => persist ? SecretStore.Of(builder).GetOrAdd(name, value.GetDefaultValue) : value.GetDefaultValue()),
            secret);
        parameter.Resource.Default = value;
        return parameter;
    }

    /// <summary>The password of a store that was given none: generated once, then kept with the store's data.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder,
        string name,
        bool lower = true,
        bool upper = true,
        bool numeric = true,
        bool special = true,
        int minLower = 0,
        int minUpper = 0,
        int minNumeric = 0,
        int minSpecial = 0)
    {
        var generated = new GenerateParameterDefault
        {
            MinLength = 22,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        };
        var value = Given(builder, name, () => SecretStore.Of(builder).GetOrAdd(name, generated.GetDefaultValue));
        return new ParameterResource(name, _ => value(), secret: true) { Default = generated };
    }

    private static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> value, bool secret) =>
        builder.AddResource(new ParameterResource(name, _ => value(), secret));

    private static Func<string> Given(IDistributedApplicationBuilder builder, string name, Func<string>? otherwise) => () =>
        builder.Configuration[$"Parameters:{name}"]
        ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"]
        ?? otherwise?.Invoke()
        ?? throw new MissingParameterValueException(
            $"The parameter '{name}' has no value. Set Parameters:{name} in the AppHost's configuration: --Parameters:{name}=... or the environment variable Parameters__{name.Replace('-', '_')}.");
}
