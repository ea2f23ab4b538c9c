using ChatApp.Inference.Tokens;

namespace ChatApp.Tests.Inference.Engine;

/// <summary>A vocabulary in which token i is a letter: tests read answers as text.</summary>
internal sealed class LetterText(int vocabulary) : ITokenText
{
    public int VocabularySize => vocabulary;

    public IDetokenizer CreateDetokenizer() => new Letters();

    public static string Letter(int token) => ((char)('a' + token % 26)).ToString();

    private sealed class Letters : IDetokenizer
    {
        public string Append(int tokenId) => Letter(tokenId);

        public string Flush() => "";
    }
}
