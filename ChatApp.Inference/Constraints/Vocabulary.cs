using System.Numerics.Tensors;
using System.Text;
using ChatApp.Inference.Constraints.Characters;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Constraints;

/// <summary>
/// A vocabulary laid out for masks: its tokens as a trie over bytes, and, for the inside of JSON strings, sets of the tokens that are whole plain
/// characters, by their number, with a second trie of all others. Immutable.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>Longer tokens are few (runs of blanks) and go with those that are walked.</summary>
    private const int LongestPlain = 128;

    private readonly Tokenizer _tokenizer;
    private readonly VocabularyTrie _all;
    private readonly VocabularyTrie _notPlain;
    private readonly ulong[][] _plainUpTo;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="visible">Control tokens that may be written as their text; all others never are.</param>
    public Vocabulary(Tokenizer tokenizer, IReadOnlySet<int> visible)
    {
        _tokenizer = tokenizer;
        Size = tokenizer.VocabularySize;
        var tokens = new List<(int Id, byte[] Bytes)>();
        var other = new List<(int Id, byte[] Bytes)>();
        var plain = new List<(int Id, int Length)>();
        for (var id = 0; id < Size; id++)
        {
            var bytes = tokenizer.TokenBytes(id);
            if (bytes.IsEmpty || (tokenizer.IsSpecial(id) && !visible.Contains(id)))
                continue;
            var token = (id, bytes.ToArray());
            tokens.Add(token);
            if (PlainLength(bytes) is > 0 and <= LongestPlain and var length)
                plain.Add((id, length));
            else
                other.Add(token);
        }
        _all = new VocabularyTrie(tokens);
        _notPlain = new VocabularyTrie(other);
        _plainUpTo = PlainSets(plain, Size);
    }

    public int Size { get; }

    /// <summary>Words of a mask.</summary>
    public int Words => (Size + 63) / 64;

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => _tokenizer.TokenBytes(token);

    /// <summary>The longest token that a text begins with; null where there is none.</summary>
    public int? LongestToken(ReadOnlySpan<byte> text) => _all.LongestPrefix(text);

    /// <summary>Tokens that may follow a state: those that any of its stacks lets through.</summary>
    public ulong[] Mask(Grammar grammar, GrammarState state)
    {
        var mask = new ulong[Words];
        var others = state.Stacks.Length;
        foreach (var stack in state.Stacks)
        {
            if (!IsText(stack))
                continue;
            others--;
            MarkText(grammar, (TextNode)stack.Node, stack, mask);
        }
        if (others > 0)
            _all.Mark(grammar, others == state.Stacks.Length ? state : grammar.Only(state, static s => !IsText(s)), mask);
        return mask;
    }

    private static bool IsText(GrammarStack stack) => stack.Node is TextNode && TextNode.IsInside(stack);

    /// <summary>Between characters, whole plain ones are bounded by their number alone; only the other tokens have to be tried.</summary>
    private void MarkText(Grammar grammar, TextNode text, GrammarStack stack, ulong[] mask)
    {
        if (stack.B != CharacterState.Between)
        {
            _all.MarkText(grammar, text, stack, mask);
            return;
        }
        var plain = _plainUpTo[Math.Min(text.Room(stack.C), _plainUpTo.Length - 1)];
        TensorPrimitives.BitwiseOr(mask, plain, mask);
        _notPlain.MarkText(grammar, text, stack, mask);
    }

    /// <summary>Number of characters when the bytes are whole characters that a JSON string holds as they are; else 0.</summary>
    private static int PlainLength(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) != System.Buffers.OperationStatus.Done || rune.Value is < ' ' or '"' or '\\')
                return 0;
            bytes = bytes[length..];
            count++;
        }
        return count;
    }

    /// <summary>Sets of plain tokens of at most 0, 1, 2 … characters; the last has all.</summary>
    private static ulong[][] PlainSets(List<(int Id, int Length)> plain, int size)
    {
        var longest = plain.Count == 0 ? 0 : plain.Max(t => t.Length);
        var sets = new ulong[longest + 1][];
        for (var length = 0; length <= longest; length++)
        {
            sets[length] = length == 0 ? new ulong[(size + 63) / 64] : (ulong[])sets[length - 1].Clone();
            foreach (var (id, own) in plain)
            {
                if (own == length)
                    sets[length][id >> 6] |= 1UL << (id & 63);
            }
        }
        return sets;
    }
}
