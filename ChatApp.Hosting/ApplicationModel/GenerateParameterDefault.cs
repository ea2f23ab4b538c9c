using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A random value, such as a password.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string Lowers = "abcdefghjkmnpqrstuvwxyz";
    private const string Uppers = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Specials = "-_.{}~()*+!";

    /// <summary>The least number of characters.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower-case letters may occur.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper-case letters may occur.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits may occur.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether special characters may occur.</summary>
    public bool Special { get; set; } = true;

    /// <summary>The least number of lower-case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>The least number of upper-case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>The least number of digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>The least number of special characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc />
    public override string GetDefaultValue()
    {
        List<char> characters = [];
        var all = Require(characters, Lower, Lowers, MinLower)
            + Require(characters, Upper, Uppers, MinUpper)
            + Require(characters, Numeric, Digits, MinNumeric)
            + Require(characters, Special, Specials, MinSpecial);
        if (all.Length == 0)
            throw new InvalidOperationException("A generated parameter needs at least one kind of character.");

        // 22 characters of this alphabet carry about 128 bits.
        const int LeastStrong = 22;
        while (characters.Count < Math.Max(MinLength, LeastStrong))
            characters.Add(all[RandomNumberGenerator.GetInt32(all.Length)]);
        var result = characters.ToArray();
        RandomNumberGenerator.Shuffle(result.AsSpan());
        return new string(result);
    }

    private static string Require(List<char> characters, bool allowed, string set, int least)
    {
        if (!allowed)
            return least > 0 ? throw new InvalidOperationException("A kind of character is both required and not allowed.") : "";
        for (var i = 0; i < least; i++)
            characters.Add(set[RandomNumberGenerator.GetInt32(set.Length)]);
        return set;
    }
}
