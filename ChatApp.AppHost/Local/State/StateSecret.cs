using Aspire.Hosting.Publishing;

namespace ChatApp.AppHost.Local.State;

/// <summary>
/// The default of a secret parameter: generated once for the checkout. Aspire would keep it in the user's secrets, which all
/// checkouts share and which are not where the data is that it opens.
/// </summary>
internal sealed class StateSecret(StateFolder state, string name, int length) : ParameterDefault
{
    private readonly GenerateParameterDefault _generated = new() { MinLength = length, Special = false };

    public override string GetDefaultValue() => state.Secrets.GetOrAdd(name, _generated.GetDefaultValue);

    public override void WriteToManifest(ManifestPublishingContext context) => _generated.WriteToManifest(context);
}

internal static class StateSecretBuilderExtensions
{
    /// <summary>Adds a secret that is generated once: for this checkout, or by whoever deploys what is published.</summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(this IDistributedApplicationBuilder builder, string name, int length, StateFolder? state) =>
        builder.AddParameter(name, state is null ? new GenerateParameterDefault { MinLength = length, Special = false } : new StateSecret(state, name, length), secret: true);
}
