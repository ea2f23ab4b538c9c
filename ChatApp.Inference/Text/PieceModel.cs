namespace ChatApp.Inference.Text;

/// <summary>Turns one pre-tokenized piece of text into token ids, and a vocabulary entry into bytes.</summary>
internal abstract class PieceModel
{
    /// <summary>Appends the ids of a piece. Text is well-formed UTF-16.</summary>
    public abstract void Encode(ReadOnlySpan<char> piece, List<int> output);

    /// <summary>The bytes a vocabulary entry stands for in the decoded text.</summary>
    public abstract byte[] BytesOf(string entry);
}
