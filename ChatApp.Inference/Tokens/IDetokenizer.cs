namespace ChatApp.Inference.Tokens;

/// <summary>Turns the tokens of one choice into text, in order.</summary>
public interface IDetokenizer
{
    /// <summary>Adds a token. Returns the text that is now complete, never half a character; often one word, sometimes empty.</summary>
    string Append(int tokenId);

    /// <summary>Text of bytes that no further token will complete (U+FFFD for broken UTF-8); empty when there is none.</summary>
    string Flush();
}

/// <summary>What the engine needs of a tokenizer.</summary>
public interface ITokenText
{
    /// <summary>Ids from 0 up to this have text; the engine never samples ids at or above it.</summary>
    int VocabularySize { get; }

    /// <summary>A fresh detokenizer for one choice.</summary>
    IDetokenizer CreateDetokenizer();
}
