using ChatApp.Web.Api;

namespace ChatApp.Tests.Web;

internal sealed class ScriptedConversation(string id, string title, Action<ScriptedConversation> changed)
{
    private readonly Lock _lock = new();
    private readonly List<StoredMessage> _messages = [];

    public string Id { get; } = id;

    public string Title { get; set; } = title;

    public bool Pinned { get; private set; }

    public bool Archived { get; private set; }

    public string? Folder { get; private set; }

    public string? RunningTurnId { get; set; }

    public string? Leaf { get; private set; }

    public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;

    public DateTimeOffset UpdatedAt { get; set; } = DateTimeOffset.UtcNow;

    public IReadOnlyList<StoredMessage> Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    public StoredMessage Add(string messageId, string? parentId, string role, string text, string status, string? turnId = null, System.Text.Json.JsonElement? content = null)
    {
        lock (_lock)
        {
            var message = new StoredMessage
            {
                Id = messageId,
                ParentId = parentId,
                Seq = _messages.Count + 1,
                Role = role,
                Text = text,
                Status = status,
                Model = role == "assistant" ? "small" : null,
                CreatedAt = DateTimeOffset.UtcNow,
                TurnId = turnId,
                Content = content,
            };
            _messages.Add(message);
            Leaf = messageId;
            UpdatedAt = DateTimeOffset.UtcNow;
            return message;
        }
    }

    public void Update(string messageId, Func<StoredMessage, StoredMessage> change)
    {
        lock (_lock)
        {
            var index = _messages.FindIndex(message => message.Id == messageId);
            _messages[index] = change(_messages[index]);
            UpdatedAt = DateTimeOffset.UtcNow;
        }
    }

    public void Change(ConversationChange change)
    {
        Title = change.Title ?? Title;
        Pinned = change.Pinned ?? Pinned;
        Archived = change.Archived ?? Archived;
        Leaf = change.CurrentMessageId ?? Leaf;
        Folder = change.Folder is null ? Folder : change.Folder.Length == 0 ? null : change.Folder;
        Announce();
    }

    /// <summary>Tells every page that follows.</summary>
    public void Announce() => changed(this);

    public bool Matches(string query) =>
        Title.Contains(query, StringComparison.OrdinalIgnoreCase)
        || Messages.Any(message => message.Text?.Contains(query, StringComparison.OrdinalIgnoreCase) == true);

    public object Detail() => new { Conversation = Summary(), Messages };

    public object Summary(string? query = null) => new
    {
        Id,
        Title,
        CreatedAt,
        UpdatedAt,
        Pinned,
        Archived,
        Folder,
        RunningTurnId,
        CurrentMessageId = Leaf,
        Snippet = SnippetOf(query),
    };

    private string? SnippetOf(string? query)
    {
        if (string.IsNullOrEmpty(query))
            return null;
        foreach (var text in Messages.Select(message => message.Text ?? ""))
        {
            var at = text.IndexOf(query, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                return text[Math.Max(0, at - 20)..at] + '\u0002' + text.Substring(at, query.Length) + '\u0003' + text[(at + query.Length)..Math.Min(text.Length, at + query.Length + 30)];
        }

        return null;
    }
}
