using System.Text;
using ChatApp.Web.Api;

namespace ChatApp.Web.Turns;

/// <summary>
/// A message of the tree as the page shows it: what the Api stored, overlaid by what the events of its turn add.
/// <see cref="Version"/> grows with each visible change.
/// </summary>
public sealed class MessageNode(string id, string? parentId, string role)
{
    public const string User = "user";
    public const string Assistant = "assistant";

    private readonly StringBuilder _streamed = new();
    private readonly StringBuilder _thought = new();
    private readonly List<AnswerStep> _steps = [];
    private readonly List<TurnEvent.Notice> _notices = [];
    private string _stored = "";
    private string? _text;
    private IReadOnlyList<AnswerPart>? _parts;
    private IReadOnlyList<Passage> _passages = [];

    /// <summary>Stable for the life of the page, while <see cref="Id"/> changes once when a message is confirmed.</summary>
    public Guid Key { get; } = Guid.NewGuid();

    public string Id { get; private set; } = id;

    /// <summary>The Api knows it; a message whose turn was refused it never saw.</summary>
    public bool IsStored { get; private set; } = true;

    public string? ParentId { get; internal set; } = parentId;

    public string Role { get; } = role;

    public long Seq { get; private set; } = long.MaxValue;

    public MessageStatus Status { get; private set; }

    /// <summary>Under which this page asked for it: a retry sends the same one.</summary>
    public string? RequestId { get; private init; }

    public string? Model { get; private set; }

    public string? TurnId { get; private set; }

    public DateTimeOffset? CreatedAt { get; private set; }

    public int TokenCount { get; private set; }

    public TurnUsage? Usage { get; private set; }

    public TurnTimings? Timings { get; private set; }

    /// <summary>Messages that the prompt had no room for, as the receipt says.</summary>
    public int LeftOut { get; private set; }

    public TurnError? Error { get; private set; }

    public string? FinishReason { get; private set; }

    public int Version { get; private set; }

    /// <summary>Its text arrived while this page watched, so it is drawn node by node instead of as one piece.</summary>
    public bool Watched { get; private set; }

    /// <summary>While a replay has not caught up with what was stored, the stored text stays: text shown never shrinks.</summary>
    public string Text => _text ??= _streamed.Length >= _stored.Length ? _streamed.ToString() : _stored;

    public IEnumerable<ToolStep> Tools => _steps.Select(step => step.Tool).OfType<ToolStep>();

    public IReadOnlyList<TurnEvent.Notice> Notices => _notices;

    public IReadOnlyList<AttachedFile> Files { get; private set; } = [];

    /// <summary>Text, thoughts and steps in the order in which they came.</summary>
    public IReadOnlyList<AnswerPart> Parts => _parts ??= BuildParts();

    /// <summary>Numbered passages that this message holds: stored with it, in results of its tools, or in its own text.</summary>
    public IReadOnlyList<Passage> Passages =>
        [.. _passages, .. Tools.Where(tool => tool is { Result: not null, Failed: false }).SelectMany(tool => Turns.Passages.In(tool.Result!, tool.Name)), .. IsUser ? Turns.Passages.In(Text, null) : []];

    public bool IsUser => Role == User;

    public bool Running => Status is MessageStatus.Pending or MessageStatus.Streaming;

    internal static MessageNode FromRecord(StoredMessage record)
    {
        var node = new MessageNode(record.Id, NullIfEmpty(record.ParentId), record.Role);
        node.Refresh(record);
        return node;
    }

    internal static MessageNode NewPending(string requestId, string? parentId, string role, string text, DateTimeOffset now, IReadOnlyList<AttachedFile>? files = null) =>
        new($"local-{role}-{requestId}", parentId, role) { IsStored = false, Files = files ?? [], RequestId = requestId, Status = MessageStatus.Pending, _stored = text, CreatedAt = now, Watched = role == Assistant };

    /// <summary>Takes over what is stored, unless this page already knows more from events.</summary>
    internal void Refresh(StoredMessage record)
    {
        Seq = record.Seq;
        ParentId = NullIfEmpty(record.ParentId);
        CreatedAt = record.CreatedAt;
        Model = NullIfEmpty(record.Model) ?? Model;
        TurnId = NullIfEmpty(record.TurnId) ?? TurnId;
        TokenCount = record.TokenCount == 0 ? TokenCount : record.TokenCount;
        var status = StatusOf(record.Status);
        TakeContent(StoredContent.Read(record.Content), Watched && Running && status == MessageStatus.Streaming);
        if (status != MessageStatus.Streaming)
        {
            // The stored text of a message that ended is the truth, and may be shorter: what was withheld stays out.
            if (Status is MessageStatus.Pending or MessageStatus.Streaming || _streamed.Length == 0)
            {
                _stored = record.Text ?? "";
                _streamed.Clear();
            }

            Status = status;
        }
        else
        {
            _stored = record.Text ?? "";
            if (Status is not MessageStatus.Pending)
                Status = status;
        }

        Changed();
    }

    internal void Confirm(string id)
    {
        Id = id;
        IsStored = true;
        if (IsUser)
            Status = MessageStatus.Completed;
        Changed();
    }

    internal void BeginStream(TurnEvent.Started started)
    {
        TurnId = started.TurnId;
        Model = NullIfEmpty(started.Model) ?? Model;
        Status = MessageStatus.Streaming;
        Error = null;
        Watched = true;
        _streamed.Clear().Append(started.InitialText);
        // What is continued keeps what it has; what its turn adds is told again.
        var kept = started.InitialText?.Length ?? 0;
        _steps.RemoveAll(step => kept == 0 || (step.Thought is not null && step.At >= kept));
        _thought.Clear();
        _notices.Clear();
        Changed();
    }

    internal void AppendText(string delta)
    {
        _streamed.Append(delta);
        Changed();
    }

    internal void AppendReasoning(string delta)
    {
        // One thought goes on until text or a step comes.
        if (_thought.Length > 0 && _steps is [.., { Thought: not null } last] && last.At == _streamed.Length)
            _steps.RemoveAt(_steps.Count - 1);
        else
            _thought.Clear();
        _thought.Append(delta);
        _steps.Add(new AnswerStep(_streamed.Length, null, _thought.ToString()));
        Changed();
    }

    internal void AddTool(ToolStep step)
    {
        _steps.RemoveAll(known => known.Tool?.Id == step.Id);
        _steps.Add(new AnswerStep(_streamed.Length, step, null));
        Changed();
    }

    internal void FinishTool(TurnEvent.ToolResult result)
    {
        var index = _steps.FindIndex(step => step.Tool?.Id == result.Id);
        if (index < 0)
            return;
        _steps[index] = _steps[index] with
        {
            Tool = _steps[index].Tool! with { Result = result.Content ?? "", Failed = result.Failed, Duration = TimeSpan.FromMilliseconds(result.DurationMs) },
        };
        Changed();
    }

    internal void AddNotice(TurnEvent.Notice notice)
    {
        _notices.Add(notice);
        Changed();
    }

    internal void End(TurnEvent.Ended ended)
    {
        Status = StatusOf(ended.Status);
        FinishReason = NullIfEmpty(ended.FinishReason);
        Usage = ended.Usage;
        Timings = ended.Timings;
        Error = ended.Error;
        TokenCount = ended.Usage?.OutputTokens ?? TokenCount;
        if (_streamed.Length > 0)
            _stored = "";
        Changed();
    }

    internal void TakeFacts(TurnUsage? usage = null, TurnTimings? timings = null, int leftOut = 0)
    {
        Usage ??= usage;
        Timings ??= timings;
        LeftOut = Math.Max(LeftOut, leftOut);
    }

    internal void Fail(TurnError error)
    {
        Status = MessageStatus.Failed;
        Error = error;
        Changed();
    }

    internal void ContinueFrom()
    {
        _stored = Text;
        _streamed.Clear();
        Status = MessageStatus.Pending;
        Error = null;
        Changed();
    }

    /// <param name="content">As it was stored.</param>
    /// <param name="behind">Events tell more than what was stored a moment ago.</param>
    private void TakeContent(StoredContent content, bool behind)
    {
        Files = content.Files.Count > 0 ? content.Files : Files;
        _passages = content.Passages.Count > 0 ? content.Passages : _passages;
        // What this page saw itself it does not hear twice.
        if (_notices.Count == 0)
            _notices.AddRange(content.Notices);
        if (behind || content.Steps.Count < _steps.Count)
            return;
        _steps.Clear();
        _steps.AddRange(content.Steps);
    }

    private List<AnswerPart> BuildParts()
    {
        var parts = new List<AnswerPart>();
        var at = 0;
        foreach (var step in _steps)
        {
            var end = Math.Clamp(step.At, at, Text.Length);
            if (end > at && !string.IsNullOrWhiteSpace(Text[at..end]))
                parts.Add(new AnswerPart(Text[at..end], null));
            parts.Add(new AnswerPart(null, step.Tool, step.Thought));
            at = end;
        }

        if (at < Text.Length)
            parts.Add(new AnswerPart(at == 0 ? Text : Text[at..], null));
        return parts;
    }

    private static MessageStatus StatusOf(string? status) =>
        Enum.TryParse<MessageStatus>(status, ignoreCase: true, out var known) ? known : MessageStatus.Completed;

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private void Changed()
    {
        _text = null;
        _parts = null;
        Version++;
    }
}

public enum MessageStatus
{
    Completed,

    /// <summary>Sent, and not yet confirmed by the first event of its turn.</summary>
    Pending,
    Streaming,
    Stopped,
    Blocked,
    Failed,
    Interrupted,
}

/// <summary>A file that goes with a message.</summary>
public sealed record AttachedFile(string Id, string Name, string? MediaType, long Bytes)
{
    public bool IsImage => MediaType?.StartsWith("image/", StringComparison.Ordinal) == true;
}
