namespace ChatApp.Api.Sessions;

/// <summary>What became of a refresh token: whose session it continues, or whose it ended; no user when it is unknown.</summary>
internal readonly record struct RefreshOutcome(Guid? UserId, Guid SessionId, bool Replayed);
