namespace ChatApp.Orchestrator.Gateway;

/// <summary>Who answers for <c>auto</c>.</summary>
/// <param name="Fast">Asked first.</param>
/// <param name="Capable">Asked when the question is hard or the fast one is unsure.</param>
public sealed record AutoPair(CatalogueModel Fast, CatalogueModel Capable);
