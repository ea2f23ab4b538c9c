namespace ChatApp.Web.Sessions;

/// <summary>Which page of a browser a request comes from, by what the browser says of it and no script can change.</summary>
internal static class PageOrigin
{
    /// <summary>Whether a page of this server certainly sent a request.</summary>
    public static bool IsOwn(HttpRequest request) => Of(request) == true;

    /// <summary>Whether a page of another site certainly sent a request.</summary>
    public static bool IsForeign(HttpRequest request) => Of(request) == false;

    /// <returns>Null where the browser does not say, or is none.</returns>
    private static bool? Of(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site == "same-origin";
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin)
            return Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
        return null;
    }
}
