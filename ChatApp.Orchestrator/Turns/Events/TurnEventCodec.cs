using ChatApp.Orchestrator.V1;
using Google.Protobuf;

namespace ChatApp.Orchestrator.Turns.Events;

/// <summary>Turn events as the journal holds them: length-delimited protobuf, one after the other.</summary>
internal static class TurnEventCodec
{
    public static byte[] Encode(IReadOnlyList<TurnEvent> events)
    {
        using var buffer = new MemoryStream();
        foreach (var turnEvent in events)
            turnEvent.WriteDelimitedTo(buffer);
        return buffer.ToArray();
    }

    public static IEnumerable<TurnEvent> Decode(byte[] bytes)
    {
        using var buffer = new MemoryStream(bytes, writable: false);
        while (buffer.Position < buffer.Length)
            yield return TurnEvent.Parser.ParseDelimitedFrom(buffer);
    }
}
