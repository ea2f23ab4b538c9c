using System.Threading.Channels;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Turns;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Conversations.Titles;

/// <summary>
/// Gives conversations a title after their first answer, in the background and at the model's lowest priority. One that
/// is missed, because a replica died or was busy, is made after the next answer.
/// </summary>
public sealed class TitleWriter(
    TitleStore titles, ModelGateway gateway, ModelCatalogue catalogue, ConversationChanges changes, IOptions<ConversationOptions> options,
    ILogger<TitleWriter> logger)
    : BackgroundService
{
    private const string Instruction = "Write a title of 3 to 6 words for this conversation. Reply with the title only.";
    private const int LongestTitleTokens = 24;

    private readonly Channel<(string Owner, Guid ConversationId)> _waiting = Channel.CreateBounded<(string, Guid)>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>A turn of the conversation was completed.</summary>
    public void Consider(string owner, Guid conversationId)
    {
        if (options.Value.Titles)
            _waiting.Writer.TryWrite((owner, conversationId));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var (owner, conversationId) in _waiting.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await WriteAsync(owner, conversationId, stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.TitleFailed(logger, conversationId, exception.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task WriteAsync(string owner, Guid conversationId, CancellationToken cancellationToken)
    {
        if (await titles.FindAsync(owner, conversationId, cancellationToken) is not { } source)
            return;

        var title = "";
        try
        {
            title = TitleText.Clean(await AskAsync(owner, source, cancellationToken));
        }
        catch (UpstreamException exception)
        {
            Log.TitleFailed(logger, conversationId, exception.Message);
        }

        await titles.SaveAsync(owner, conversationId, title.Length > 0 ? title : TitleText.Shorten(source.Question), cancellationToken);
        changes.Announce(owner, conversationId);
    }

    private async Task<string> AskAsync(string owner, TitleSource source, CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveBackgroundAsync(cancellationToken);
        var most = Math.Max(100, model.Options.ContextWindow / 4);
        var request = new ChatRequest
        {
            Model = model.Id,
            Messages =
            [
                new ChatMessage(MessageRoles.User, Beginning(source.Question, most)),
                new ChatMessage(MessageRoles.Assistant, Beginning(source.Answer, most)),
                new ChatMessage(MessageRoles.User, Instruction),
            ],
            Sampling = new SamplingSettings { Temperature = 0, MaxTokens = LongestTitleTokens },
            User = owner,
            Background = true,
        };
        return await gateway.CompleteAsync(request, "title", cancellationToken);
    }

    private static string Beginning(string text, int length) => text.Length <= length ? text : text[..length];
}
