namespace ChatApp.Inference.Text;

/// <summary>
/// A token matched literally in the text before any pre-tokenization: control tokens such as
/// <c>&lt;|im_end|&gt;</c> and words a model family added to its vocabulary.
/// </summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">The literal text that stands for the token.</param>
/// <param name="Special">True for control tokens: never produced from text that must not be parsed for them.</param>
/// <param name="StripLeft">White space before the token belongs to it.</param>
/// <param name="StripRight">White space after the token belongs to it.</param>
/// <param name="SingleWord">Matched only when it does not touch letters or digits.</param>
public sealed record AddedToken(int Id, string Content, bool Special, bool StripLeft, bool StripRight, bool SingleWord);
