namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// White space between the elements of JSON: none, one blank, or a line break with indentation. Bounded, since a model that may write
/// white space for ever sometimes does. A is 0 at the start, 1 after the blank, 2 + n after a line break and n blanks.
/// </summary>
internal sealed class SpaceNode : ConsumingNode
{
    private const int MaximumIndent = 32;

    public static SpaceNode Instance { get; } = new();

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (frame.A == 0 && value == ' ')
            output.End(frame);
        else if (frame.A == 0 && value == '\n')
            output.Move(frame, 2);
        else if (frame.A >= 2 && frame.A < 2 + MaximumIndent && (value == ' ' || value == '\t'))
            output.Move(frame, frame.A + 1);
    }

    public override bool MayEnd(GrammarStack frame) => true;

    public override int Rest(GrammarStack frame) => 0;
}
