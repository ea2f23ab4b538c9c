using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ChatApp.ServiceDefaults;

/// <summary>
/// A section's options as they are now. A change of the configuration holds from the next read on; one that is wrong is
/// reported and the last good options stay. A wrong configuration at the start stops the start.
/// </summary>
/// <remarks>Takes the place of the framework's monitor, which throws from every read after a wrong change.</remarks>
public abstract class LastGoodOptions<TOptions> : IOptionsMonitor<TOptions>, IDisposable
    where TOptions : class
{
    private readonly Func<TOptions> _load;
    private readonly IDisposable _watch;
    private volatile TOptions _current;
    private event Action<TOptions, string?>? Changed;

    /// <param name="section">What is watched.</param>
    /// <param name="load">Reads and checks the options.</param>
    /// <exception cref="OptionsValidationException">The configuration is wrong; names every setting at fault.</exception>
    protected LastGoodOptions(IConfigurationSection section, Func<TOptions> load)
    {
        _load = load;
        _current = load();
        _watch = ChangeToken.OnChange(section.GetReloadToken, Reload);
    }

    /// <inheritdoc />
    public TOptions CurrentValue => _current;

    /// <summary>What was wrong with the last change; null when it was taken.</summary>
    public string? LastError { get; private set; }

    /// <inheritdoc />
    public TOptions Get(string? name) => _current;

    /// <inheritdoc />
    public IDisposable OnChange(Action<TOptions, string?> listener)
    {
        Changed += listener;
        return new Subscription(() => Changed -= listener);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _watch.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Says that a change holds.</summary>
    protected abstract void OnTaken(TOptions options);

    /// <summary>Says that a change was wrong, and how.</summary>
    protected abstract void OnRejected(string reason);

    private void Reload()
    {
        try
        {
            _current = _load();
            LastError = null;
        }
        catch (OptionsValidationException exception)
        {
            LastError = exception.Message;
            OnRejected(exception.Message);
            return;
        }

        OnTaken(_current);
        Changed?.Invoke(_current, Options.DefaultName);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
