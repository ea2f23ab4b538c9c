namespace ChatApp.Web.Chat;

/// <summary>Something that the other pages of the same person want to know at once.</summary>
/// <param name="Owner">The person; every page of the person hears it.</param>
/// <param name="Source">The circuit that caused it and needs no telling.</param>
public sealed record LiveUpdate(string Owner, object Source, string ConversationId, LiveUpdateKind Kind, string? TurnId = null, string? Title = null);
