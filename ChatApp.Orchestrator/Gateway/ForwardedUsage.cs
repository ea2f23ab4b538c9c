using System.Text.Json;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Keeps count while an answer passes through: the usage that the server reports, else one token a chunk.</summary>
internal sealed class ForwardedUsage
{
    private TokenUsage? _reported;
    private int _chunks;

    public bool Any => _reported is not null || _chunks > 0;

    public TokenUsage Usage => _reported ?? new TokenUsage(0, 0, _chunks);

    /// <returns>True when the chunk holds the usage and no choice: the extra one of <c>include_usage</c>.</returns>
    public bool Read(ReadOnlyMemory<byte> json)
    {
        var hasUsage = json.Span.IndexOf("\"usage\""u8) >= 0;
        if (!hasUsage)
        {
            _chunks++;
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            _reported = ChatProtocol.ReadUsage(document.RootElement) ?? _reported;
            var bare = document.RootElement.TryGetProperty("choices", out var choices)
                && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() == 0;
            if (!bare)
                _chunks++;
            return bare;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
