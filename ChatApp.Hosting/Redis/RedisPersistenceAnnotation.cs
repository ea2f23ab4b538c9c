namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says that a store of the Redis protocol writes its data to disk.</summary>
internal sealed record RedisPersistenceAnnotation(TimeSpan? Interval, long KeysChangedThreshold) : IResourceAnnotation;
