namespace ChatApp.Inference.Engine;

/// <summary>One alternative of a <see cref="TokenLogprob"/>.</summary>
public readonly record struct TopLogprob(int TokenId, float Logprob);
