using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>Reads keys from where the configuration says they are. A file that is replaced is read again: keys rotate without a restart.</summary>
internal sealed class SecretStore(IConfiguration configuration)
{
    private readonly ConcurrentDictionary<string, (DateTime Written, string Key)> _files = new();

    /// <summary>The key behind a reference; null without a reference.</summary>
    /// <exception cref="SecretException">It is no reference, or there is no usable key; the message holds no key.</exception>
    public string? Read(string? reference)
    {
        if (string.IsNullOrWhiteSpace(reference))
            return null;
        if (!SecretReference.TryParse(reference, out var parsed))
            throw new SecretException($"must say where the key is, not the key itself: {SecretReference.Forms}");

        var key = parsed.Kind switch
        {
            "env" => Environment.GetEnvironmentVariable(parsed.Name) ?? throw new SecretException($"names the environment variable '{parsed.Name}', which is not set"),
            "file" => ReadFile(parsed.Name),
            _ => configuration[parsed.Name] ?? throw new SecretException($"names the setting '{parsed.Name}', which is not set"),
        };
        key = key.Trim();
        // Anything else could end a header line, or would be quoted by whoever complains of it.
        if (key.Length == 0 || key.Any(c => c is <= ' ' or > '~'))
            throw new SecretException($"leads to '{parsed}', which is empty or holds characters that a key can't have");
        return key;
    }

    private string ReadFile(string path)
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (_files.TryGetValue(path, out var known) && known.Written == written)
                return known.Key;
            var key = File.ReadAllText(path);
            _files[path] = (written, key);
            return key;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SecretException($"names the file '{path}', which can't be read: {exception.GetType().Name}");
        }
    }
}

/// <summary>A key can't be had from where it should be.</summary>
/// <param name="message">What is wrong with the reference; holds no key.</param>
internal sealed class SecretException(string message) : Exception(message);

/// <summary>Where a key is found: <c>env:NAME</c>, <c>file:/path</c> or <c>config:Section:Name</c>.</summary>
/// <param name="Kind"><c>env</c>, <c>file</c> or <c>config</c>.</param>
/// <param name="Name">The variable, path or configuration name; not secret.</param>
internal readonly record struct SecretReference(string Kind, string Name)
{
    public const string Forms = "env:NAME (an environment variable), file:/path (a file that holds the key) or config:Section:Name (another setting)";

    /// <returns>False for anything else, which may be a key that somebody pasted: it must not be repeated in a message.</returns>
    public static bool TryParse(string text, out SecretReference reference)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        reference = colon > 0 ? new SecretReference(text[..colon], text[(colon + 1)..].Trim()) : default;
        return reference.Kind is "env" or "file" or "config" && reference.Name.Length > 0;
    }

    public override string ToString() => $"{Kind}:{Name}";
}
