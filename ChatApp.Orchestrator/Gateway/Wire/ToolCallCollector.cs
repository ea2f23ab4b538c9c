using System.Text;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>Puts the pieces of streamed tool calls together.</summary>
internal sealed class ToolCallCollector
{
    private readonly SortedDictionary<int, (string Name, StringBuilder Arguments)> _calls = [];

    public void Add(IReadOnlyList<ToolCallPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            var (name, arguments) = _calls.TryGetValue(piece.Index, out var known) ? known : ("", new StringBuilder());
            arguments.Append(piece.Arguments);
            _calls[piece.Index] = (name.Length > 0 ? name : piece.Name, arguments);
        }
    }

    /// <summary>Name and arguments of each call, in the order of their indexes.</summary>
    public IReadOnlyList<(string Name, string Arguments)> Calls =>
        [.. _calls.Values.Select(call => (call.Name, call.Arguments.Length > 0 ? call.Arguments.ToString() : "{}"))];
}

/// <summary>Part of a tool call in a stream: the first of an index has the name, the arguments come bit by bit.</summary>
internal sealed record ToolCallPiece(int Index, string Name, string Arguments);
