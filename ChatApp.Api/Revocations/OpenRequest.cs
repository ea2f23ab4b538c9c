using System.Net;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Api.Revocations;

/// <summary>Who made a request, and by what right.</summary>
internal sealed record RequestOwner(Guid UserId, Guid? SessionId, Guid? KeyId, IPAddress? Address, string? Device);

/// <summary>
/// A request while it is answered. What it does ends when its connection does or its owner's right, which both look like a
/// client that left: <see cref="HttpContext.RequestAborted"/>. Who writes the answer asks which of them it was.
/// </summary>
internal sealed class OpenRequest : IDisposable
{
    private readonly OpenRequests _all;
    private readonly HttpContext _context;
    private readonly CancellationTokenSource _ended;
    private volatile bool _isRevoked;

    public OpenRequest(OpenRequests all, HttpContext context, RequestOwner owner)
    {
        (_all, _context, Owner, Left) = (all, context, owner, context.RequestAborted);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(Left);
        context.RequestAborted = _ended.Token;
        context.Features.Set(this);
    }

    /// <summary>What whoever still listens is told.</summary>
    public static OpenAIException Refusal => OpenAIException.Unauthenticated("What this request was allowed by has ended; sign in again.", "session_ended");

    public RequestOwner Owner { get; }

    /// <summary>The client has left.</summary>
    public CancellationToken Left { get; }

    public bool IsRevoked => _isRevoked;

    /// <summary>Its right was looked at since it is known here: what ended before that was not announced to it.</summary>
    public bool IsChecked { get; set; }

    public void Revoke()
    {
        _isRevoked = true;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was answered meanwhile.
        }
    }

    public void Dispose()
    {
        _all.Leave(this);
        _context.RequestAborted = Left;
        _ended.Dispose();
    }
}
