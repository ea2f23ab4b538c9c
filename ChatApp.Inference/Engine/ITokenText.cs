namespace ChatApp.Inference.Engine;

/// <summary>What the engine needs of a tokenizer.</summary>
public interface ITokenText
{
    /// <summary>Ids from 0 up to this have text; the engine never samples ids at or above it.</summary>
    int VocabularySize { get; }

    /// <summary>A fresh detokenizer for one choice.</summary>
    IDetokenizer CreateDetokenizer();
}
