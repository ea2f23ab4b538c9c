namespace ChatApp.Web.Rendering;

/// <summary>From the section <c>Rendering</c>.</summary>
public sealed record RenderingOptions
{
    public const string Section = "Rendering";

    /// <summary>
    /// Hosts that pictures in answers may be loaded from. Empty: none, and a picture becomes a link, since fetching one
    /// tells its host what was asked. A host named here must also be allowed by the page's security policy.
    /// </summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];
}
