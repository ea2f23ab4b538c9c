using ChatApp.Inference.Constraints.Characters;
using ChatApp.Inference.Constraints.Patterns;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A JSON string whose text matches a pattern. Characters that JSON must escape are written as their short escapes.
/// A is 0 before the opening quote, else 1; B is the <see cref="CharacterState"/>; C is the state of the pattern's automaton.
/// </summary>
internal sealed class PatternNode(PatternAutomaton pattern) : ConsumingNode
{
    public override int LongestDetour => pattern.LongestRest;

    public override int Rest(GrammarStack frame) =>
        Sum(1L + pattern.Rest(frame.C) + (frame.A == 0 ? 1 : frame.B == CharacterState.Between ? 0 : CharacterState.LongestRest));

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (frame.A == 0)
        {
            if (value == '"')
                output.Move(frame, 1);
            return;
        }
        var state = frame.B;
        if (state == CharacterState.Between && value == '"')
        {
            if (pattern.Accepts(frame.C))
                output.End(frame);
            return;
        }
        // \u is left out: what it writes can be written plainly.
        if ((CharacterState.IsEscape(state) && (value == 'u' || value == '/')) || !CharacterState.Step(ref state, value, out var character))
            return;
        if (character >= 0)
        {
            if (pattern.Next(frame.C, character) is >= 0 and var next)
                output.Move(frame, 1, state, next);
            return;
        }
        var possible = CharacterState.TryRange(state, out var low, out var high)
            ? pattern.CanRead(frame.C, low, high)
            : pattern.CanReadEscaped(frame.C);
        if (possible)
            output.Move(frame, 1, state, frame.C);
    }
}
