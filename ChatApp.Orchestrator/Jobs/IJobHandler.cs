namespace ChatApp.Orchestrator.Jobs;

/// <summary>Does one kind of job. What it does must mean the same when it is done again: a worker may die at any moment.</summary>
internal interface IJobHandler
{
    /// <summary>Its jobs' name.</summary>
    string Kind { get; }

    /// <summary>Does it. What ends with an exception is tried again later, but for a <see cref="JobFailedException"/>.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="cancellationToken">The job belongs to another worker now, or the service stops: another attempt follows.</param>
    Task RunAsync(Job job, CancellationToken cancellationToken);

    /// <summary>No further attempt is made: tells whoever waits for it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">The service stops; it is told again later.</param>
    Task GiveUpAsync(Job job, string reason, CancellationToken cancellationToken);
}

/// <summary>A job that no further attempt would do. The message is for whoever asked for it.</summary>
internal sealed class JobFailedException(string message, Exception? inner = null) : Exception(message, inner);
