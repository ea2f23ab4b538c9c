namespace ChatApp.Web.Api;

/// <summary>A message before the one that is sent, for a server that keeps none.</summary>
public sealed record EarlierMessage(string Role, string Text);
