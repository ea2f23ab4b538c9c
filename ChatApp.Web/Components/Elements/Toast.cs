namespace ChatApp.Web.Components.Elements;

/// <summary>A short message at the edge of the page, with at most one thing to do about it.</summary>
public sealed record Toast(Guid Key, string Text, string? ActionText, Func<Task>? Action, bool IsError);
