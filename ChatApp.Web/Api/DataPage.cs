namespace ChatApp.Web.Api;

/// <summary>How the Api wraps a list.</summary>
internal sealed record DataPage<T>(IReadOnlyList<T> Data);
