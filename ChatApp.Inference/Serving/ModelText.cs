using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Text;
using ChatApp.Inference.Tokens;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Serving;

/// <summary>A model's text for the engine: control tokens are left out of answers, but for those that mark reasoning and tool calls.</summary>
internal sealed class ModelText : ITokenText
{
    private readonly Tokenizer _tokenizer;
    private readonly HashSet<int> _visible = [];

    public ModelText(Tokenizer tokenizer, ToolCallFormat calls, ReasoningFormat reasoning)
    {
        _tokenizer = tokenizer;
        foreach (var marker in ToolCallFormats.Markers(calls).Concat(ReasoningMarks.Texts(reasoning)))
        {
            if (tokenizer.TryGetId(marker, out var id))
                _visible.Add(id);
        }
    }

    public int VocabularySize => _tokenizer.VocabularySize;

    /// <summary>Control tokens that stay in the text.</summary>
    public IReadOnlySet<int> Visible => _visible;

    public IDetokenizer CreateDetokenizer() => new Detokenizer(_tokenizer, skipSpecial: true, _visible);
}
