using ChatApp.Inference.Constraints;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Text;
using ChatApp.Inference.Tokens;

namespace ChatApp.Tests.Inference.Constraints;

/// <summary>Writes texts by choosing at random among the tokens that a constraint allows, as a model without sense would.</summary>
internal sealed class MaskedWriter(Tokenizer tokenizer, Random random)
{
    private readonly Vocabulary _vocabulary = new(tokenizer, new HashSet<int>());

    public string Write(GrammarNode root, int hurryAfter = 60, int limit = 4000)
    {
        var constraint = new CompiledGrammar(root, _vocabulary, [tokenizer.EosId!.Value]).Begin();
        return Write(constraint, until: () => constraint.IsComplete, hurryAfter, limit);
    }

    /// <summary>Writes at most so many tokens, and is in no hurry.</summary>
    public string Within(GrammarNode root, int tokens)
    {
        var constraint = new CompiledGrammar(root, _vocabulary, [tokenizer.EosId!.Value]).Begin();
        return Write(constraint, until: () => constraint.IsComplete, hurryAfter: int.MaxValue, tokens + 1);
    }

    public string Write(ITokenConstraint constraint, Func<bool> until, int hurryAfter = 60, int limit = 4000)
    {
        var mask = new ulong[(tokenizer.VocabularySize + 63) / 64];
        var ids = new List<int>();
        while (!until())
        {
            Array.Clear(mask);
            constraint.TokensLeft = limit - 1 - ids.Count;
            constraint.TryGetMask(mask).ShouldBeTrue();
            var allowed = Enumerable.Range(0, tokenizer.VocabularySize).Where(i => (mask[i >> 6] >> (i & 63) & 1) != 0).ToList();
            var id = Choose(allowed, hurry: ids.Count > hurryAfter);
            if (id == tokenizer.EosId)
                break;
            constraint.Accept(id);
            ids.Add(id);
            ids.Count.ShouldBeLessThan(limit, "the text does not end");
        }
        return tokenizer.Decode([.. ids], skipSpecial: false);
    }

    /// <summary>After a while whatever closes is preferred, so that texts end.</summary>
    private int Choose(List<int> allowed, bool hurry)
    {
        if (allowed.Contains(tokenizer.EosId!.Value) && (hurry || random.Next(4) == 0))
            return tokenizer.EosId.Value;
        if (hurry)
        {
            foreach (var close in (string[])["\"", "}", "]", "0", "1", "5"])
            {
                var fitting = allowed.Where(i => tokenizer.TokenText(i) == close).ToList();
                if (fitting.Count > 0)
                    return fitting[0];
            }
        }
        // Structure is rare among thousands of words, so half of the choices are among short tokens.
        var pool = random.Next(2) == 0 ? allowed.Where(i => tokenizer.TokenBytes(i).Length == 1).ToList() : allowed;
        return pool.Count > 0 ? pool[random.Next(pool.Count)] : allowed[random.Next(allowed.Count)];
    }
}
