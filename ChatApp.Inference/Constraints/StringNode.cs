namespace ChatApp.Inference.Constraints;

/// <summary>
/// A JSON string of any text, with bounds on its length in characters. A is 0 before the opening quote, else 1; B is the
/// <see cref="CharacterState"/>; C counts characters, no further than the bounds need.
/// </summary>
internal sealed class StringNode(int minimum, int maximum) : GrammarNode
{
    public static StringNode Any { get; } = new(0, int.MaxValue);

    public override bool Consumes => true;

    /// <summary>How many whole characters may still come, when the position is between characters inside the string; else -1.</summary>
    public int Room(GrammarStack frame) =>
        frame.A == 1 && frame.B == CharacterState.Between ? maximum == int.MaxValue ? maximum : maximum - frame.C : -1;

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            if (value == '"')
                output.Move(frame, 1);
            return;
        }
        var state = frame.B;
        if (state == CharacterState.Between)
        {
            if (value == '"')
            {
                if (frame.C >= minimum)
                    output.End(frame);
                return;
            }
            if (frame.C >= maximum)
                return;
        }
        if (CharacterState.Step(ref state, value, out var character))
            output.Move(frame, 1, state, character < 0 ? frame.C : maximum == int.MaxValue ? Math.Min(frame.C + 1, minimum) : frame.C + 1);
    }
}
