using ChatApp.Contracts.Ids;
using ChatApp.Orchestrator.Errors;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Ids out of requests. One that cannot be is answered as one that is not there.</summary>
/// <exception cref="RefusedException">There is no such thing.</exception>
internal static class WireIds
{
    public static Guid Conversation(string id) => Parse(WireId.Conversation, id, "conversation");

    public static Guid Message(string id) => Parse(WireId.Message, id, "message in this conversation");

    public static Guid Turn(string id) => Parse(WireId.Turn, id, "turn");

    public static Guid File(string id) => Parse(WireId.File, id, "file");

    public static Guid Share(string id) => Parse(WireId.Share, id, "link");

    /// <summary>Null for the empty text.</summary>
    public static Guid? Optional(string id, Func<string, Guid> parse) => id.Length == 0 ? null : parse(id);

    private static Guid Parse(string prefix, string id, string what) => WireId.Parse(prefix, id) ?? throw RefusedException.NotFound(what);
}
