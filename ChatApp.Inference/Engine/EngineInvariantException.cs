namespace ChatApp.Inference.Engine;

/// <summary>The engine's account of itself does not add up: its state cannot be trusted.</summary>
internal sealed class EngineInvariantException(string message) : Exception(message)
{
    public static void ThrowIf(bool broken, string message)
    {
        if (broken)
            throw new EngineInvariantException(message);
    }
}
