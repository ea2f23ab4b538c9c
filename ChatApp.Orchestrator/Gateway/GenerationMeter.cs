using System.Text.Json;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// Keeps count of one generation while it runs: by what the server reports, else one token a piece and the input estimated
/// from its length. So there is a number for an answer that was cut off, too.
/// </summary>
internal sealed class GenerationMeter(TokenPrices prices, int promptBytes)
{
    /// <summary>A token of English is about so many bytes.</summary>
    private const int BytesPerToken = 4;

    private TokenUsage? _reported;
    private int _piecesSince;

    public TokenUsage Usage => prices.Charge(_reported is { } reported
        ? reported with { OutputTokens = reported.OutputTokens + _piecesSince }
        : new TokenUsage(Estimate(promptBytes), 0, _piecesSince));

    public static int Estimate(int bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;

    public void Read(StreamChunk chunk)
    {
        if (chunk.Usage is { } usage)
            Report(usage);
        else
            _piecesSince += chunk.Pieces;
    }

    /// <summary>Of an answer that was not streamed; the output is estimated from its length where the server does not tell.</summary>
    public void ReadWhole(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        if (ChatProtocol.ReadUsage(json.RootElement) is { } usage)
            Report(usage);
        else
            _piecesSince = json.RootElement.TryGetProperty("choices", out _) ? Estimate(answer.Length) : 0;
    }

    public void Report(TokenUsage usage)
    {
        _reported = usage;
        _piecesSince = 0;
    }
}
