using System.Text;

namespace ChatApp.Inference.Constraints;

/// <summary>Exactly these bytes. A is the position.</summary>
internal sealed class LiteralNode(string text) : ConsumingNode
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        if (_bytes[frame.A] != value)
            return;
        if (frame.A + 1 == _bytes.Length)
            output.End(frame);
        else
            output.Move(frame, frame.A + 1);
    }
}
