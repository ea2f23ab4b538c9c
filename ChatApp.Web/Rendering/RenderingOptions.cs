using Microsoft.Extensions.Options;

namespace ChatApp.Web.Rendering;

/// <summary>From the section <c>Rendering</c>.</summary>
internal sealed record RenderingOptions
{
    public const string Section = "Rendering";

    /// <summary>
    /// Hosts that pictures in answers may be loaded from, over HTTPS; the page's security policy names the same. Empty:
    /// none, and a picture becomes a link, since fetching one tells its host what was asked.
    /// </summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];

    /// <returns>What is wrong, in the operator's words; null when nothing is.</returns>
    internal string? FindFault()
    {
        // A host is written into a header: nothing but a host's characters gets there.
        var wrong = ImageHosts.FirstOrDefault(host => Uri.CheckHostName(host) != UriHostNameType.Dns);
        return wrong is null ? null : $"{Section}:ImageHosts: '{wrong}' is not the name of a host, such as images.example.org.";
    }
}

/// <summary>Stops a start with a host that is none.</summary>
internal sealed class RenderingValidation : IValidateOptions<RenderingOptions>
{
    public ValidateOptionsResult Validate(string? name, RenderingOptions options) =>
        options.FindFault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
