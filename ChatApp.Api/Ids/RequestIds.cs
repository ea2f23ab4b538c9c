namespace ChatApp.Api.Ids;

/// <summary>The idempotency key of a request: body, <c>Idempotency-Key</c>, <c>X-Request-Id</c>, or a fresh one.</summary>
internal static class RequestIds
{
    public const int MaxLength = 200;

    /// <exception cref="BadHttpRequestException">The key is longer than <see cref="MaxLength"/>.</exception>
    public static string Read(HttpRequest request, string? fromBody)
    {
        string?[] given = [fromBody, request.Headers["Idempotency-Key"], request.Headers["X-Request-Id"]];
        var id = given.FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) ?? Guid.CreateVersion7().ToString("N");
        return id.Length <= MaxLength ? id : throw new BadHttpRequestException($"The request id is longer than {MaxLength} characters.");
    }
}
