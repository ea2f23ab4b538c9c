namespace ChatApp.Api.Ids;

/// <summary>The idempotency key of a request: body, <c>Idempotency-Key</c>, <c>X-Request-Id</c>, or a fresh one.</summary>
internal static class IdempotencyKey
{
    public const int MaxLength = 200;

    /// <exception cref="BadHttpRequestException">The key is longer than <see cref="MaxLength"/>.</exception>
    public static string Read(HttpRequest request, string? fromBody) => First(fromBody, request.Headers["Idempotency-Key"], request.Headers["X-Request-Id"]) ?? Guid.CreateVersion7().ToString("N");

    /// <summary>Of a call that is repeated only where its caller says so: proxies give each attempt an <c>X-Request-Id</c>, or many the same.</summary>
    /// <returns>Empty: none.</returns>
    /// <exception cref="BadHttpRequestException">The key is longer than <see cref="MaxLength"/>.</exception>
    public static string ReadGiven(HttpRequest request, string? fromBody) => First(fromBody, request.Headers["Idempotency-Key"]) ?? "";

    private static string? First(params ReadOnlySpan<string?> given)
    {
        foreach (var id in given)
        {
            if (!string.IsNullOrWhiteSpace(id))
                return id.Length <= MaxLength ? id : throw new BadHttpRequestException($"The request id is longer than {MaxLength} characters.");
        }

        return null;
    }
}
