namespace ChatApp.Orchestrator.Gateway;

/// <summary>A model that may be asked for.</summary>
/// <param name="Options">What is known of it.</param>
/// <param name="Routes">Who serves it, the preferred first.</param>
public sealed record CatalogueModel(ModelOptions Options, IReadOnlyList<UpstreamRoute> Routes)
{
    public string Id => Options.Id;
}
