namespace ChatApp.Inference.Engine;

/// <summary>Natural-log probability of a sampled token under the model's own distribution (before penalties, bias and temperature).</summary>
/// <param name="TokenId">The sampled token.</param>
/// <param name="Logprob">ln p(token).</param>
/// <param name="Top">The most probable tokens, best first; as many as were asked for.</param>
public sealed record TokenLogprob(int TokenId, float Logprob, IReadOnlyList<TopLogprob> Top);
