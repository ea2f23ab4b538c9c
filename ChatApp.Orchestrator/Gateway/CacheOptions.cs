using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>What is not asked twice. Everything is kept apart by tenant: a hit tells nothing of what others asked.</summary>
public sealed record CacheOptions
{
    /// <summary>Users whose stateless answers at temperature 0 are kept; <c>*</c>: everyone's.</summary>
    public List<string> AnswersFor { get; init; } = [];

    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AnswerLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longer answers are not kept.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int LongestAnswerBytes { get; init; } = 256 * 1024;

    /// <summary>How long an embedding is kept; zero: not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan EmbeddingLifetime { get; init; } = TimeSpan.FromDays(7);
}
