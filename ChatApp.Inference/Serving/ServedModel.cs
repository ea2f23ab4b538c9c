using ChatApp.Inference.Constraints;
using ChatApp.Inference.Engine;
using ChatApp.Inference.Reasoning;
using ChatApp.Inference.Text;
using ChatApp.Inference.ToolCalls;

namespace ChatApp.Inference.Serving;

/// <summary>A loaded model with all that is needed to speak with it.</summary>
public sealed class ServedModel
{
    /// <summary>Takes what belongs together; the engine must have been made with <see cref="ModelText"/> of the same tokenizer.</summary>
    public ServedModel(InferenceEngine engine, Tokenizer tokenizer, ChatTemplate? template, ReasoningFormat reasoning)
    {
        Engine = engine;
        Tokenizer = tokenizer;
        Template = template;
        ToolCallFormat = ToolCallFormats.Detect(template);
        Reasoning = ReasoningMarks.Resolve(reasoning, template);
        Text = new ModelText(tokenizer, ToolCallFormat, Reasoning);
        Constraints = new ConstraintCache(() => new Vocabulary(tokenizer, Text.Visible), engine.Model.EosTokenIds);
        Fingerprint = "fp_" + engine.Model.FileHash[..Math.Min(12, engine.Model.FileHash.Length)];
        LongestToken = Enumerable.Range(0, tokenizer.VocabularySize).Max(id => tokenizer.TokenBytes(id).Length);
    }

    /// <summary>Name it is served under.</summary>
    public string Id => Engine.Options.Id;

    /// <summary>Generates.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Its chat template; null for a base model.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>How it writes tool calls.</summary>
    public ToolCallFormat ToolCallFormat { get; }

    /// <summary>How it marks its reasoning; never <see cref="ReasoningFormat.Auto"/>.</summary>
    public ReasoningFormat Reasoning { get; }

    /// <summary>Its text as the engine makes it.</summary>
    internal ModelText Text { get; }

    /// <summary>Grammars that answers are kept to.</summary>
    internal ConstraintCache Constraints { get; }

    /// <summary>OpenAI's <c>system_fingerprint</c>: changes when the weights do.</summary>
    public string Fingerprint { get; }

    /// <summary>Bytes of the longest token: a text of more than this times the context length cannot fit, which need not be tokenized to know.</summary>
    public int LongestToken { get; }
}
