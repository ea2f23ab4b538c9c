using ChatApp.Web.Api;

namespace ChatApp.Web.Turns;

/// <summary>
/// What the page shows of one conversation: the tree of messages folded along the active path. It changes by stored
/// messages (<see cref="Merge"/>), by the events of turns (<see cref="TurnFold"/>) and by the person's choice of branch.
/// </summary>
public sealed class ConversationTree
{
    private readonly Dictionary<string, MessageNode> _nodes = [];
    private readonly Dictionary<string, List<MessageNode>> _children = [];
    private IReadOnlyList<MessageNode>? _path;

    public string? Id { get; private set; }

    public string? Title { get; set; }

    public bool Archived { get; private set; }

    public string? Folder { get; set; }

    /// <summary>It got its id from a turn that was sent from this page.</summary>
    public bool IsNew { get; private set; }

    /// <summary>A turn that the Api named as running when the conversation was read.</summary>
    public string? RunningTurnId { get; private set; }

    /// <summary>Messages from the beginning to the newest of the active branch.</summary>
    public IReadOnlyList<MessageNode> Path => _path ??= BuildPath(Leaf);

    public MessageNode? Leaf { get; private set; }

    /// <summary>The newest answer of the active branch that the Api knows: what is said next goes on from there.</summary>
    public MessageNode? LastStored
    {
        get
        {
            for (var node = Leaf; node is not null; node = Find(node.ParentId))
            {
                if (node is { IsStored: true, IsUser: false })
                    return node;
                if (node.IsStored && _children.TryGetValue(node.Id, out var answers) && answers.LastOrDefault(answer => answer.IsStored) is { } answer)
                    return answer;
            }

            return null;
        }
    }

    public static ConversationTree From(ConversationDetail detail)
    {
        var view = new ConversationTree();
        view.Merge(detail);
        return view;
    }

    /// <summary>Takes over what is stored; what events already told this page stays.</summary>
    public void Merge(ConversationDetail detail)
    {
        var first = Id is null;
        Id = detail.Conversation.Id;
        Take(detail.Conversation);
        foreach (var record in detail.Messages)
        {
            if (_nodes.TryGetValue(record.Id, out var known))
                known.Refresh(record);
            else
                Add(MessageNode.FromRecord(record));
        }

        foreach (var siblings in _children.Values)
            siblings.Sort(static (left, right) => left.Seq.CompareTo(right.Seq));

        // The path that a person looks at stays; only its end moves on with what was added below it.
        if (first || Leaf is null)
            Leaf = Find(detail.Conversation.CurrentMessageId) ?? NewestOf(_nodes.Values);
        Leaf = Leaf is null ? null : NewestBelow(Leaf);
        _path = null;
    }

    /// <summary>What is known of it beside its messages.</summary>
    public void Take(ConversationSummary conversation)
    {
        Title = conversation.Title;
        Archived = conversation.Archived;
        Folder = string.IsNullOrEmpty(conversation.Folder) ? null : conversation.Folder;
        RunningTurnId = string.IsNullOrEmpty(conversation.RunningTurnId) ? null : conversation.RunningTurnId;
    }

    public MessageNode? Find(string? id) => id is { Length: > 0 } && _nodes.TryGetValue(id, out var node) ? node : null;

    /// <summary>The message and its alternatives, oldest first.</summary>
    public IReadOnlyList<MessageNode> Alternatives(MessageNode node) =>
        _children.TryGetValue(node.ParentId ?? "", out var siblings)
            ? [.. siblings.Where(sibling => sibling.Role == node.Role)]
            : [node];

    /// <summary>Makes the branch through <paramref name="node"/> the active one and returns its newest message.</summary>
    public MessageNode Show(MessageNode node)
    {
        Leaf = NewestBelow(node);
        _path = null;
        return Leaf;
    }

    /// <summary>A person's message and the empty answer to it, before the Api has confirmed them.</summary>
    public TurnFold Send(string requestId, string? parentId, string text, DateTimeOffset now, IReadOnlyList<AttachedFile>? files = null)
    {
        var user = MessageNode.NewPending(requestId, parentId, MessageNode.User, text, now, files);
        Add(user);
        return Answer(requestId, user, now);
    }

    /// <summary>An empty answer to <paramref name="user"/>, beside the answers that it has.</summary>
    public TurnFold Answer(string requestId, MessageNode user, DateTimeOffset now)
    {
        var answer = MessageNode.NewPending(requestId, user.Id, MessageNode.Assistant, "", now);
        Add(answer);
        Leaf = answer;
        _path = null;
        return new TurnFold(this, user, answer);
    }

    /// <summary>Takes out a message that never reached the Api, with the answer that never came.</summary>
    public void Discard(MessageNode user)
    {
        if (_children.TryGetValue(user.Id, out var answers))
        {
            foreach (var answer in answers.ToArray())
                Remove(answer);
        }

        Remove(user);
        Leaf ??= Find(user.ParentId) ?? NewestOf(_nodes.Values);
        _path = null;
    }

    /// <summary>The message of this page that the Api refused, where the person has not gone on from another one.</summary>
    internal MessageNode? RefusedAtTheEnd => Leaf is { Running: false } answer && Find(answer.ParentId) is { IsUser: true, IsStored: false } user ? user : null;

    /// <summary>Puts a message that is not stored behind the newest stored one below its parent.</summary>
    internal void PlaceLast(MessageNode user)
    {
        if (Find(user.ParentId) is not { } last)
            return;
        while (_children.TryGetValue(last.Id, out var children) && NewestOf(children.Where(child => child.IsStored)) is { } newest)
            last = newest;
        if (last.Id == user.ParentId)
            return;
        _children[user.ParentId!].Remove(user);
        user.ParentId = last.Id;
        Add(user);
        _path = null;
    }

    /// <summary>A turn that writes on at the end of <paramref name="answer"/>.</summary>
    public TurnFold Continue(MessageNode answer)
    {
        answer.ContinueFrom();
        return new TurnFold(this, Find(answer.ParentId), answer);
    }

    /// <summary>A turn that someone else started, or that ran before this page was opened.</summary>
    public TurnFold Watch(string turnId) => new(this, turnId);

    /// <summary>A temporary conversation never gets an id.</summary>
    internal void Name(string? conversationId)
    {
        if (Id is not null || string.IsNullOrEmpty(conversationId))
            return;
        (Id, IsNew) = (conversationId, true);
    }

    /// <summary>Messages from the beginning to <paramref name="id"/>.</summary>
    public IReadOnlyList<MessageNode> PathTo(string? id) => BuildPath(Find(id));

    /// <summary>Gives a message that this page made its real id; a copy that arrived on another way gives place to it.</summary>
    internal void Confirm(MessageNode node, string id)
    {
        if (node.Id == id)
            return;
        if (_nodes.TryGetValue(id, out var copy) && copy != node)
            Remove(copy);
        _nodes.Remove(node.Id);
        if (_children.Remove(node.Id, out var children))
        {
            foreach (var child in children)
                child.ParentId = id;
            _children[id] = children;
        }

        node.Confirm(id);
        _nodes[id] = node;
        _path = null;
    }

    internal MessageNode FindOrAdd(string id, string? parentId, string role)
    {
        if (_nodes.TryGetValue(id, out var known))
            return known;
        var node = new MessageNode(id, string.IsNullOrEmpty(parentId) ? null : parentId, role);
        Add(node);
        if (Leaf is null || Leaf.Id == node.ParentId)
            Leaf = node;
        _path = null;
        return node;
    }

    private void Add(MessageNode node)
    {
        _nodes[node.Id] = node;
        var siblings = _children.TryGetValue(node.ParentId ?? "", out var known) ? known : _children[node.ParentId ?? ""] = [];
        siblings.Add(node);
    }

    private void Remove(MessageNode node)
    {
        _nodes.Remove(node.Id);
        if (_children.TryGetValue(node.ParentId ?? "", out var siblings))
            siblings.Remove(node);
        if (Leaf == node)
            Leaf = null;
    }

    private MessageNode NewestBelow(MessageNode node)
    {
        while (_children.TryGetValue(node.Id, out var children) && NewestOf(children) is { } newest)
            node = newest;
        return node;
    }

    private static MessageNode? NewestOf(IEnumerable<MessageNode> nodes)
    {
        MessageNode? newest = null;
        foreach (var node in nodes)
        {
            if (newest is null || node.Seq >= newest.Seq)
                newest = node;
        }

        return newest;
    }

    private List<MessageNode> BuildPath(MessageNode? last)
    {
        var path = new List<MessageNode>();
        // A stored tree has no cycle; the bound keeps a broken one from holding the page for ever.
        for (var node = last; node is not null && path.Count <= _nodes.Count; node = Find(node.ParentId))
            path.Add(node);
        path.Reverse();
        return path;
    }
}
