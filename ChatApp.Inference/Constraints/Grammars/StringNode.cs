using ChatApp.Inference.Constraints.Characters;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>A JSON string of any text, with bounds on its length in characters. C counts characters, no further than the bounds need.</summary>
internal sealed class StringNode(int minimum, int maximum) : TextNode
{
    public static StringNode Any { get; } = new(0, int.MaxValue);

    /// <inheritdoc/>
    public override int Room(int own) => maximum == int.MaxValue ? maximum : maximum - own;

    /// <inheritdoc/>
    protected override int RestInside(int own) => Sum(1L + Math.Max(0, minimum - own));

    /// <inheritdoc/>
    public override Reading Read(ref int character, ref int own, byte value)
    {
        if (character == CharacterState.Between)
        {
            if (value == '"')
                return own >= minimum ? Reading.Closes : Reading.Stops;
            if (own >= maximum)
                return Reading.Stops;
        }
        if (!CharacterState.Step(ref character, value, out var whole))
            return Reading.Stops;
        if (whole >= 0)
            own = maximum == int.MaxValue ? Math.Min(own + 1, minimum) : own + 1;
        return Reading.GoesOn;
    }
}
