namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address of a resource.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Url">The address.</param>
/// <param name="IsInternal">Whether it is for the application's own parts only.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);
