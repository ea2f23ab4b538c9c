using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenTelemetry;

namespace ChatApp.ServiceDefaults.Telemetry;

/// <summary>
/// Keeps what people name and what opens things out of the traces: of a path a span keeps the route that was matched, or
/// its first words; of a query the names.
/// </summary>
/// <remarks>
/// The one place for it: every span passes here before it is exported. Instrumentations redact queries themselves, and
/// leave tokens and names in paths.
/// </remarks>
internal sealed partial class UrlRedaction : BaseProcessor<Activity>
{
    private const string Path = "url.path";
    private const string Query = "url.query";
    private const string Full = "url.full";
    private const string Route = "http.route";
    private const string Hidden = "*";

    // /api/conversations/..., /v1/chat/...
    private const int KeptSegments = 2;

    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem(Path) is string path)
            data.SetTag(Path, data.GetTagItem(Route) is string { Length: > 0 } route ? Rooted(route) : RedactPath(path));
        if (data.GetTagItem(Query) is string query)
            data.SetTag(Query, RedactQuery(query));
        if (data.GetTagItem(Full) is string full)
            data.SetTag(Full, RedactUrl(full));
    }

    /// <summary>Of a whole address scheme, host and port stay as they are.</summary>
    internal static string RedactUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return Hidden;
        var query = uri.Query.Length > 1 ? "?" + RedactQuery(uri.Query[1..]) : "";
        return $"{uri.Scheme}://{uri.Authority}{RedactPath(uri.AbsolutePath)}{query}";
    }

    internal static string RedactPath(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var kept = segments.TakeWhile((segment, index) => index < KeptSegments && Word().IsMatch(segment)).ToList();
        return kept.Count == segments.Length ? path : $"/{string.Concat(kept.Select(segment => segment + '/'))}{Hidden}";
    }

    internal static string RedactQuery(string query) =>
        string.Join('&', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)[0])
            .Select(name => Word().IsMatch(name) ? $"{name}={Hidden}" : Hidden));

    private static string Rooted(string route) => route.StartsWith('/') ? route : '/' + route;

    // The names of our own routes, of a gRPC service and its methods. What people and generators make is longer, or has other characters.
    [GeneratedRegex(@"^(?:v[0-9]|[a-z][a-z_-]{0,24}|[A-Z][A-Za-z]{0,24}|[a-z]+(?:\.[a-z0-9]+)*\.[A-Z][A-Za-z]{0,24})$", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
