namespace ChatApp.Bench;

/// <summary>Made-up prompts: the same for every system that is measured, different for every stream.</summary>
internal static class Prompts
{
    /// <summary>Tokens among the byte tokens of <see cref="Models.RandomTokenizer"/>, different from the first on.</summary>
    public static int[] Tokens(int length, int seed)
    {
        var random = new Random(seed * 7919 + 17);
        var tokens = new int[length];
        for (var i = 0; i < length; i++)
            tokens[i] = 3 + random.Next(200);
        return tokens;
    }

    /// <summary>Words of letters; about as many bytes as <paramref name="length"/>.</summary>
    public static string Text(int length, int seed)
    {
        var random = new Random(seed * 7919 + 17);
        return string.Create(length, random, static (text, r) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = i % 6 == 5 ? ' ' : (char)('a' + r.Next(26));
        });
    }
}
