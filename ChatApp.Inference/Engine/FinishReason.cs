namespace ChatApp.Inference.Engine;

/// <summary>Why a choice ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its text, a stop token or stop string was met, or the constraint is complete.</summary>
    Stop,

    /// <summary><see cref="GenerationRequest.MaxTokens"/> or the model's context length was reached.</summary>
    Length,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The engine could not go on; the text so far is valid.</summary>
    Error,
}
