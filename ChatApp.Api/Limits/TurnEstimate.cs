using System.Text.Json;

namespace ChatApp.Api.Limits;

/// <summary>What a model call may cost at most, as far as its request tells; the difference is settled afterwards.</summary>
/// <param name="Model">The model asked for; empty: the catalogue's default.</param>
internal sealed record TurnEstimate(string Model, long InputTokens, long OutputTokens)
{
    /// <summary>A token of English is about four characters; estimating with three is on the safe side for other languages too.</summary>
    private const int CharactersPerToken = 3;

    private const int TokensPerPicture = 1000;

    public long Tokens => InputTokens + OutputTokens;

    public static long OfText(string? text) => (text?.Length ?? 0) / CharactersPerToken + 8;

    /// <summary>Counts every string below <paramref name="element"/>, a picture by what pictures cost.</summary>
    public static long OfJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() is { } text && text.StartsWith("data:", StringComparison.Ordinal) ? TokensPerPicture : OfText(element.GetString()),
        JsonValueKind.Array => element.EnumerateArray().Sum(OfJson),
        JsonValueKind.Object => element.EnumerateObject().Sum(property => OfJson(property.Value)),
        JsonValueKind.Number => 1,
        _ => 0,
    };
}
