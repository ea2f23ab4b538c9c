using Microsoft.AspNetCore.Http;

namespace ChatApp.Contracts.OpenAI;

/// <summary>What is answered where OpenAI's protocol has a route and this server has none, or the address lacks its <c>/v1</c>.</summary>
public static class MissingRoutes
{
    private const string Version = "/v1";

    private static readonly string[] s_served = ["/chat/completions", "/completions", "/embeddings", "/models"];

    private static readonly string[] s_planned = ["/files", "/uploads", "/moderations", "/audio", "/images", "/responses"];

    /// <summary>Whether the protocol's clients would come by this path, with or without <c>/v1</c>; their errors are the protocol's.</summary>
    public static bool IsOfProtocol(PathString path) =>
        path.StartsWithSegments(Version) || s_served.Concat(s_planned).Any(known => path.StartsWithSegments(known));

    /// <summary>The answer for a path without a route.</summary>
    public static OpenAIError Error(string method, PathString path)
    {
        var rest = path;
        while (rest.StartsWithSegments(Version, out var behind))
            rest = behind;
        var message = $"There is nothing at {method} {path}.";
        if (Array.Find(s_planned, planned => rest.StartsWithSegments(planned)) is { } planned)
            message = $"{Version}{planned} is not served yet: it comes with a later version of this server.";
        else if (Array.Find(s_served, served => rest.StartsWithSegments(served)) is { } served)
            message += $" There is {Version}{served}: a client's base URL ends with {Version}.";
        return new OpenAIError(StatusCodes.Status404NotFound, message, OpenAIError.InvalidRequest, Code: "unknown_url");
    }
}
