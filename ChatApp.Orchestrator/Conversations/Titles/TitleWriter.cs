using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using ChatApp.Orchestrator.Conversations.Changes;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Conversations.Titles;

/// <summary>
/// Gives conversations a title after their first answer, in the background and at the model's lowest priority. One that
/// is missed, because a replica died or was busy, is made after the next answer.
/// </summary>
internal sealed class TitleWriter(
    TitleStore titles, GatewayChatClients models, ModelCatalogue catalogue, ConversationChanges changes, IOptions<ConversationOptions> options,
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

        await titles.SaveAsync(owner, conversationId, TitleText.Choose(title, source.Question), cancellationToken);
        changes.Announce(owner, conversationId);
    }

    private async Task<string> AskAsync(string owner, TitleSource source, CancellationToken cancellationToken)
    {
        var model = await catalogue.ResolveBackgroundAsync(cancellationToken);
        var most = Math.Max(100, model.Options.ContextWindow / 4);
        ChatMessage[] messages =
        [
            new(ChatRole.User, source.Question.Beginning(most)),
            new(ChatRole.Assistant, source.Answer.Beginning(most)),
            new(ChatRole.User, Instruction),
        ];
        using var client = models.For(owner, "title");
        var answer = await client.GetResponseAsync(messages, new ChatOptions { ModelId = model.Id, Temperature = 0, MaxOutputTokens = LongestTitleTokens }, cancellationToken);
        return answer.Text;
    }
}

/// <summary>Makes a title out of what a model says when it is asked for one, or out of the question itself.</summary>
internal static partial class TitleText
{
    /// <summary>Fewer letters are mostly those of words that stand in any sentence; from there on endings are left aside.</summary>
    private const int Stem = 4;

    private const int Longest = 60;
    private static readonly char[] Wrapping = ['"', '\'', '“', '”', '«', '»', '*', '#', '`', '.', ' '];

    /// <returns>One line without quotes or markup; empty when nothing of use was said.</returns>
    public static string Clean(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        if (line.StartsWith("Title:", StringComparison.OrdinalIgnoreCase))
            line = line["Title:".Length..];
        // A model that calls a tool or thinks aloud instead has not named anything.
        if (line.StartsWith('<') || line.StartsWith('{'))
            return "";
        var clean = new StringBuilder(line.Length);
        foreach (var c in line)
            clean.Append(char.IsControl(c) ? ' ' : c);
        return Shorten(clean.ToString().Trim(Wrapping));
    }

    /// <summary>What a small model made up is told by this: it shares no word with the question. Then the question's first words are the title.</summary>
    public static string Choose(string title, string question) =>
        Stems(title).Intersect(Stems(question), StringComparer.OrdinalIgnoreCase).Any() ? title : Shorten(question);

    // Scripts that write words without spaces are compared by pairs of characters.
    private static IEnumerable<string> Stems(string text) => Words().Matches(text).Select(match => match.Value).SelectMany(word =>
        word[0] >= '\u0E00' ? Enumerable.Range(0, word.Length - 1).Select(at => word.Substring(at, 2))
        : word.Length >= Stem ? [word[..Stem]] : []);

    [GeneratedRegex(@"[\p{L}\p{M}]{2,}", RegexOptions.None, 1000)]
    private static partial Regex Words();

    /// <summary>Cuts between words, and never within what is one character to a reader.</summary>
    public static string Shorten(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var elements = new StringInfo(line);
        if (elements.LengthInTextElements <= Longest)
            return line;
        var cut = elements.SubstringByTextElements(0, Longest - 1);
        var space = cut.LastIndexOf(' ');
        return (space > cut.Length / 2 ? cut[..space] : cut) + "…";
    }
}
