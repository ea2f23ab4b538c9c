using System.Text;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Files;

/// <summary>
/// Brings the files of a conversation's messages into a prompt: texts and the text of PDFs as quotations in the message that they came with,
/// images as content parts for a model that sees.
/// </summary>
internal sealed class Attachments(FileStore files, TokenCounter counter, IOptionsMonitor<FileOptions> options)
{
    /// <summary>A model's word for taking images.</summary>
    public const string Vision = "vision";

    private const int SampleLength = 4096;

    /// <summary>The history with the text of its files in it, and the images that go along.</summary>
    /// <param name="owner">Whose files.</param>
    /// <param name="model">Who is asked.</param>
    /// <param name="history">The path, oldest first, the question last.</param>
    /// <param name="room">Tokens that files may take.</param>
    /// <param name="tokensOfImage">Tokens that an image is counted as.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<AttachedFiles> AttachAsync(
        string owner, CatalogueModel model, IReadOnlyList<MessageRecord> history, int room, int tokensOfImage, CancellationToken cancellationToken)
    {
        if (!history.Any(message => message.ContentJson is not null))
            return new AttachedFiles(history, new Dictionary<Guid, IReadOnlyList<DataContent>>(), 0);

        var images = new Dictionary<Guid, IReadOnlyList<DataContent>>();
        var attached = history.ToArray();
        var question = history[^1].Text;
        var imageTokens = 0;
        // The newest first: what was asked last gets the room.
        for (var i = history.Count - 1; i >= 0; i--)
        {
            var named = MessageFilesJson.Read(history[i].ContentJson);
            if (named.Count == 0)
                continue;
            var there = (await files.FindAsync(owner, [.. named.Select(file => file.Id)], cancellationToken)).ToDictionary(file => file.Id);
            var text = new StringBuilder(history[i].Text);
            var seen = new List<DataContent>();
            for (var f = 0; f < named.Count; f++)
            {
                if (text.Length > 0)
                    text.Append("\n\n");
                if (!there.TryGetValue(named[f].Id, out var file))
                {
                    text.Append("[File ").Append(Name(named[f])).Append(": deleted]");
                }
                else if (!file.IsImage)
                {
                    var (quoted, tokens) = await QuoteAsync(owner, model, file, question, room / (named.Count - f), cancellationToken);
                    text.Append(quoted);
                    room -= tokens;
                }
                else if (CanSee(model) && (i == history.Count - 1 || room >= tokensOfImage) && file.Bytes <= options.CurrentValue.MostImageBytes)
                {
                    seen.Add(new DataContent(await ReadAsync(owner, file.Id, file.Bytes, cancellationToken), file.MediaType));
                    text.Append("[Image ").Append(Name(file)).Append(']');
                    room -= tokensOfImage;
                    imageTokens += tokensOfImage;
                }
                else
                {
                    text.Append("[Image ").Append(Name(file)).Append(": not shown to you]");
                }
            }

            // Its stored length is that of the text alone.
            attached[i] = history[i] with { Text = text.ToString(), TokenCount = null };
            if (seen.Count > 0)
                images[history[i].Id] = seen;
        }

        return new AttachedFiles(attached, images, imageTokens);
    }

    /// <summary>Whether a model is known to take images.</summary>
    public static bool CanSee(CatalogueModel model) => model.Options.Capabilities.Contains(Vision, StringComparer.OrdinalIgnoreCase);

    private async Task<(string Quoted, int Tokens)> QuoteAsync(
        string owner, CatalogueModel model, FileRecord file, string question, int room, CancellationToken cancellationToken)
    {
        var text = file.IsPdf
            ? await files.ReadTextAsync(owner, file.Id, cancellationToken)
            : FileText.Decode(await ReadAsync(owner, file.Id, options.CurrentValue.MostTextBytes, cancellationToken), file.MediaType);
        var sample = text.Beginning(SampleLength);
        // Counting all of it would cost more than a tenth of the room that is kept free for being wrong.
        var perToken = sample.Length / (double)Math.Max(1, await counter.CountAsync(model, sample, cancellationToken));
        var passages = FilePassages.Select(text, question, (int)(room * perToken * 0.9));
        if (passages.Length == 0 && text.Length > 0)
            return ($"[File {Name(file)}: no room for it here]", 0);
        // What a file says must not end its own quotation.
        var quoted = passages.Replace("</file", "<\\/file", StringComparison.OrdinalIgnoreCase);
        return ($"<file name=\"{Name(file)}\">\n{quoted}\n</file>", (int)Math.Ceiling(passages.Length / perToken));
    }

    private async Task<byte[]> ReadAsync(string owner, Guid id, long most, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await foreach (var piece in files.ReadAsync(owner, id, most, cancellationToken))
            bytes.Write(piece, 0, (int)Math.Min(piece.Length, most - bytes.Length));
        return bytes.ToArray();
    }

    private static string Name(FileRecord file) => string.Concat(file.Name.Where(character => character is not ('"' or '<' or '>' or '[' or ']') && !char.IsControl(character)));
}

/// <summary>A history with its files.</summary>
/// <param name="History">Messages whose text quotes the text files that came with them.</param>
/// <param name="Images">The images by message.</param>
/// <param name="ImageTokens">What the images take of the prompt, about.</param>
internal sealed record AttachedFiles(IReadOnlyList<MessageRecord> History, IReadOnlyDictionary<Guid, IReadOnlyList<DataContent>> Images, int ImageTokens);
