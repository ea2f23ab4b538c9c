namespace ChatApp.Web.Turns;

/// <summary>A numbered passage that an answer was made from; <c>[n]</c> in the answer points to it.</summary>
public sealed record Passage(int Number, string? Title, string Text);
