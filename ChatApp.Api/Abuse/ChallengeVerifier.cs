using System.Text.Json;
using ChatApp.Api.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Abuse;

/// <summary>Asks the challenge's provider whether an answer is good. A provider that does not answer lets nobody pass.</summary>
internal sealed class ChallengeVerifier(IHttpClientFactory clients, IOptions<AbuseOptions> options, ILogger<ChallengeVerifier> logger)
{
    public const string ResponseHeader = "X-Challenge-Response";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public bool IsConfigured => options.Value.Challenge.VerifyAt is not null;

    public async Task<bool> VerifyAsync(string? response, string? address, CancellationToken cancellationToken)
    {
        var challenge = options.Value.Challenge;
        if (challenge.VerifyAt is not { } verifyAt || string.IsNullOrEmpty(response))
            return false;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient(nameof(ChallengeVerifier));
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["secret"] = challenge.Secret,
                ["response"] = response,
                ["remoteip"] = address ?? "",
            });
            using var answer = await client.PostAsync(verifyAt, form, patience.Token);
            using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(patience.Token), cancellationToken: patience.Token);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.True;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            logger.ChallengeProviderAway(exception);
            return false;
        }
    }
}
