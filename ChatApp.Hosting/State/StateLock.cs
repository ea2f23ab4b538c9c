using System.Globalization;
using System.Text.Json;

namespace ChatApp.Hosting.State;

/// <summary>Held by the one AppHost that may use a state folder; the system lets go of it when that process ends.</summary>
internal sealed class StateLock : IDisposable
{
    private static readonly TimeSpan GuardTimeout = TimeSpan.FromSeconds(60);

    private readonly StateDirectory _state;
    private readonly FileStream _file;

    private StateLock(StateDirectory state, FileStream file)
    {
        _state = state;
        _file = file;
    }

    /// <summary>Takes the lock, after the guard of an earlier AppHost that was killed has finished its work.</summary>
    /// <exception cref="DistributedApplicationException">Another AppHost holds the folder.</exception>
    public static async Task<StateLock> AcquireAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        state.Create();
        var file = TryOpen(state.LockFile) ?? throw new DistributedApplicationException(Describe(state));
        try
        {
            await WaitForGuardAsync(state, cancellationToken);
            var owner = JsonSerializer.Serialize(new StateOwner(Environment.ProcessId, DateTimeOffset.UtcNow));
            await File.WriteAllTextAsync(state.OwnerFile, owner, cancellationToken);
            return new StateLock(state, file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a file that no one else has open; null when someone has.</summary>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    public void Dispose()
    {
        File.Delete(_state.OwnerFile);
        _file.Dispose();
    }

    private static async Task WaitForGuardAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using (var guard = TryOpen(state.GuardLockFile))
            {
                if (guard is not null)
                    return;
            }

            if (TimeProvider.System.GetElapsedTime(deadline) > GuardTimeout)
                throw new DistributedApplicationException($"Processes of an earlier AppHost are still being stopped ('{state.GuardLockFile}' is held). Wait, or end them by hand.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private static string Describe(StateDirectory state)
    {
        var who = "";
        try
        {
            if (JsonSerializer.Deserialize<StateOwner>(File.ReadAllText(state.OwnerFile)) is { } owner)
                who = string.Create(CultureInfo.InvariantCulture, $" (process {owner.ProcessId}, since {owner.Since:HH:mm:ss} UTC)");
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            // Who it is stays unknown.
        }

        return $"Another AppHost of this checkout is running{who}. Stop it first, or give this one a state of its own: --{StateDirectory.ConfigurationKey}=<folder>, with ports of its own.";
    }

    private sealed record StateOwner(int ProcessId, DateTimeOffset Since);
}
