using ChatApp.Inference.Constraints.Characters;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A JSON string whose reading is cheap to follow without an automaton's states, so that a vocabulary can be tried against it token by token.
/// A is 0 before the opening quote, else 1; B is the <see cref="CharacterState"/>; C is the node's own.
/// </summary>
internal abstract class TextNode : ConsumingNode
{
    /// <summary>What a byte inside the string does.</summary>
    public enum Reading
    {
        /// <summary>It cannot stand there.</summary>
        Stops,

        /// <summary>It belongs to the string.</summary>
        GoesOn,

        /// <summary>It is the closing quote.</summary>
        Closes,
    }

    /// <summary>Whether a position is behind the opening quote.</summary>
    public static bool IsInside(GrammarStack frame) => frame.A == 1;

    /// <summary>Reads a byte inside the string, from a position given as B and C.</summary>
    public abstract Reading Read(ref int character, ref int own, byte value);

    /// <summary>How many whole characters, written as they are, may come next without regard to which, at a position inside the string between characters.</summary>
    public abstract int Room(int own);

    /// <summary>C behind the opening quote.</summary>
    protected virtual int FirstOwn => 0;

    /// <summary>Bytes from a position between characters to the closing quote, which is one of them.</summary>
    protected abstract int RestInside(int own);

    /// <inheritdoc/>
    public sealed override int Rest(GrammarStack frame) => !IsInside(frame) ? Sum(1L + RestInside(FirstOwn))
        : Sum((long)RestInside(frame.C) + (frame.B == CharacterState.Between ? 0 : CharacterState.LongestRest));

    /// <inheritdoc/>
    public sealed override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (!IsInside(frame))
        {
            if (value == '"')
                output.Move(frame, 1, CharacterState.Between, FirstOwn);
            return;
        }
        var (character, own) = (frame.B, frame.C);
        switch (Read(ref character, ref own, value))
        {
            case Reading.GoesOn:
                output.Move(frame, 1, character, own);
                break;
            case Reading.Closes:
                output.End(frame);
                break;
        }
    }
}
