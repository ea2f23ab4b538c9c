namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>Orders a document's messages so that each comes after its parent, and older ones first.</summary>
public static class MessageTree
{
    /// <exception cref="RefusedException">Two messages have the same id, or some are their own ancestors.</exception>
    public static IReadOnlyList<ImportedMessage> Order(IReadOnlyList<ImportedMessage> messages)
    {
        var byKey = new Dictionary<string, ImportedMessage>(messages.Count);
        foreach (var message in messages)
        {
            if (!byKey.TryAdd(message.Key, message))
                throw RefusedException.Invalid("json", "Two messages of one conversation have the same id.");
        }

        // A parent that the document lacks makes a root: half a conversation is better than none.
        var roots = messages.Where(message => message.ParentKey is null || !byKey.ContainsKey(message.ParentKey));
        var children = messages.Where(message => message.ParentKey is not null).ToLookup(message => message.ParentKey!);
        var waiting = new PriorityQueue<ImportedMessage, (DateTime, int)>();
        var place = 0;
        foreach (var root in roots)
            waiting.Enqueue(root with { ParentKey = null }, (root.CreatedAt, place++));

        var ordered = new List<ImportedMessage>(messages.Count);
        while (waiting.TryDequeue(out var next, out _))
        {
            ordered.Add(next);
            foreach (var child in children[next.Key])
                waiting.Enqueue(child, (child.CreatedAt, place++));
        }

        return ordered.Count == messages.Count
            ? ordered
            : throw RefusedException.Invalid("json", $"{messages.Count - ordered.Count} messages follow each other in a circle.");
    }
}
