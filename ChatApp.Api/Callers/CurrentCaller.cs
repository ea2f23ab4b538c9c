namespace ChatApp.Api.Callers;

/// <summary>The caller on whose behalf the present flow runs: the request's, or one that background work took over.</summary>
internal sealed class CurrentCaller(IHttpContextAccessor http)
{
    private readonly AsyncLocal<Caller?> _borrowed = new();

    /// <exception cref="InvalidOperationException">Nobody was let in; a call on nobody's behalf must not be made.</exception>
    public Caller Required => _borrowed.Value ?? http.HttpContext?.Features.Get<Caller>()
        ?? throw new InvalidOperationException("A call to the orchestrator is made on behalf of a caller, and this flow has none.");

    /// <summary>Lets the rest of the calling async method act for a caller after their request has ended.</summary>
    public void ActFor(Caller caller) => _borrowed.Value = caller;
}
