using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Conversations;

/// <summary>Section <c>Conversations</c>.</summary>
internal sealed record ConversationOptions
{
    /// <summary>How long a deleted conversation's tombstone is kept before it is purged.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often deleted conversations are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "7.00:00:00")]
    public TimeSpan PurgeInterval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Largest document to import, in bytes.</summary>
    [Range(1024, 1024L * 1024 * 1024)]
    public int MaximumImportBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Most conversations in one import.</summary>
    [Range(1, 1_000_000)]
    public int MaximumImportConversations { get; init; } = 5_000;

    /// <summary>Most messages of one imported conversation.</summary>
    [Range(1, 1_000_000)]
    public int MaximumImportMessages { get; init; } = 10_000;

    /// <summary>Newest messages of an active conversation that are kept in Redis.</summary>
    [Range(2, 1000)]
    public int HotMessages { get; init; } = 64;

    /// <summary>How long they are kept after the last turn.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan HotLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether conversations get a title by themselves.</summary>
    public bool Titles { get; init; } = true;
}
