using ChatApp.Inference.Engine.Requests;
using ChatApp.Inference.Engine.Sampling;
using ChatApp.Inference.Tokens;

namespace ChatApp.Tests.Inference.Engine;

public sealed class SamplerTests
{
    private const int Vocabulary = 1000;

    [TestCase(0f, 1f)]
    [TestCase(1f, 0f)]
    public void Temperature_zero_and_top_p_zero_take_the_most_probable_token(float temperature, float topP) =>
        Draw(Logits(1), new SamplingParams { Temperature = temperature, TopP = topP }, 0).ShouldBe(Array.IndexOf(Logits(1), Logits(1).Max()));

    [TestCase(1f, 0, 1f, 0f)]
    [TestCase(0.7f, 0, 1f, 0f)]
    [TestCase(1f, 5, 1f, 0f)]
    [TestCase(1f, 0, 0.5f, 0f)]
    [TestCase(1f, 0, 0.95f, 0f)]
    [TestCase(1f, 40, 0.8f, 0f)]
    [TestCase(1f, 0, 1f, 0.2f)]
    [TestCase(1.5f, 0, 0.9f, 0.01f)]
    [TestCase(2f, 0, 0.999f, 0f)]
    public void Draws_follow_the_distribution_that_sorting_everything_would_give(float temperature, int topK, float topP, float minP)
    {
        var sampling = new SamplingParams { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
        var logits = Logits(2);
        var expected = Reference(logits, sampling);
        const int Draws = 4000;

        var counts = new int[Vocabulary];
        for (var i = 0; i < Draws; i++)
            counts[Draw(logits, sampling, i)]++;

        for (var token = 0; token < Vocabulary; token++)
        {
            if (expected[token] == 0)
                counts[token].ShouldBe(0, $"token {token} is outside of the kept set");
            else
                (Math.Abs(counts[token] - Draws * expected[token]) < 6 * Math.Sqrt(Draws * expected[token]) + 3).ShouldBeTrue($"token {token}: {counts[token]} of {Draws * expected[token]:0}");
        }
    }

    [Test]
    public void Top_k_keeps_exactly_k_of_equal_tokens()
    {
        var drawn = Enumerable.Range(0, 300).Select(i => Draw(new float[Vocabulary], new SamplingParams { TopK = 3 }, i)).Distinct();

        drawn.ShouldBe([0, 1, 2], ignoreOrder: true);
    }

    [Test]
    public void Penalties_and_bias_change_the_choice()
    {
        var logits = new float[Vocabulary];
        (logits[7], logits[8]) = (2f, 1.9f);
        var history = new TokenHistory([]);
        history.Add(7);

        Draw(logits, SamplingParams.Greedy with { PresencePenalty = 1 }, 0, history).ShouldBe(8);
        Draw(logits, SamplingParams.Greedy with { FrequencyPenalty = 0.5f }, 0, history).ShouldBe(8);
        Draw(logits, SamplingParams.Greedy with { RepetitionPenalty = 1.5f }, 0, history).ShouldBe(8);
        Draw(logits, SamplingParams.Greedy with { LogitBias = new Dictionary<int, float> { [900] = 50 } }, 0).ShouldBe(900);
    }

    [Test]
    public void Frequency_and_presence_penalties_leave_the_prompt_alone_and_repetition_does_not()
    {
        var logits = new float[Vocabulary];
        (logits[7], logits[8]) = (2f, 1.9f);
        var history = new TokenHistory([7]);

        Draw(logits, SamplingParams.Greedy with { PresencePenalty = 2, FrequencyPenalty = 2 }, 0, history).ShouldBe(7);
        Draw(logits, SamplingParams.Greedy with { RepetitionPenalty = 1.5f }, 0, history).ShouldBe(8);
    }

    [Test]
    public void Logprobs_are_of_the_models_own_distribution()
    {
        var logits = Logits(3);
        var sum = Math.Log(logits.Sum(l => Math.Exp(l)));

        var token = new Sampler(Vocabulary).Sample(
            (float[])logits.Clone(), new SamplingParams { Temperature = 0.3f, Logprobs = 5, Seed = 1 }, null, null, 1, 0, 0, out var logprob);

        logprob.ShouldNotBeNull();
        logprob.TokenId.ShouldBe(token);
        logprob.Logprob.ShouldBe((float)(logits[token] - sum), 1e-3f);
        logprob.Top.Select(t => t.TokenId).ShouldBe(logits.Select((l, i) => (l, i)).OrderByDescending(x => x.l).Take(5).Select(x => x.i));
    }

    [Test]
    public void Masked_tokens_are_never_drawn()
    {
        for (var i = 0; i < 200; i++)
        {
            var token = new Sampler(Vocabulary).Sample(new float[Vocabulary], new SamplingParams(), null, new Only(70, 999), 5, 0, i, out _);
            token.ShouldBeOneOf(70, 999);
        }
    }

    [Test]
    public void A_row_that_is_not_a_number_is_refused()
    {
        var logits = Logits(1);
        logits[500] = float.NaN;

        Should.Throw<InvalidLogitsException>(() => Draw(logits, SamplingParams.Greedy, 0));
    }

    [Test]
    public void A_constraint_that_allows_nothing_is_refused() =>
        Should.Throw<InvalidLogitsException>(() => new Sampler(Vocabulary).Sample(Logits(1), new SamplingParams(), null, new Only(), 5, 0, 0, out _));

    private static int Draw(float[] logits, SamplingParams sampling, int position, TokenHistory? history = null) =>
        new Sampler(Vocabulary).Sample((float[])logits.Clone(), sampling, history, null, 42, 0, position, out _);

    private static float[] Logits(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => (float)(random.NextDouble() * 8 - 4))];
    }

    private static double[] Reference(float[] logits, SamplingParams sampling)
    {
        var max = logits.Max();
        var ranked = logits.Select((l, i) => (P: Math.Exp((l - max) / sampling.Temperature), Id: i)).OrderByDescending(x => x.P).ThenBy(x => x.Id).ToList();
        if (sampling.TopK > 0)
            ranked = ranked[..Math.Min(sampling.TopK, ranked.Count)];
        var total = ranked.Sum(x => x.P);
        var kept = new List<(double P, int Id)>();
        double mass = 0;
        foreach (var token in ranked)
        {
            if (mass >= sampling.TopP * total - 1e-9)
                break;
            mass += token.P;
            if (token.P >= sampling.MinP)
                kept.Add(token);
        }

        var result = new double[logits.Length];
        foreach (var (p, id) in kept)
            result[id] = p / kept.Sum(k => k.P);
        return result;
    }

    private sealed class Only(params int[] allowed) : ITokenConstraint
    {
        public bool IsComplete => false;

        public int TokensLeft { get; set; }

        public bool TryGetMask(Span<ulong> allowedBits)
        {
            foreach (var token in allowed)
                allowedBits[token >> 6] |= 1UL << (token & 63);
            return true;
        }

        public void Accept(int token)
        {
            // Any order is fine.
        }
    }
}
