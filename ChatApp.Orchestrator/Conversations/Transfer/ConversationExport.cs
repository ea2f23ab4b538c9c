using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ChatApp.Orchestrator.Conversations.Transfer;

/// <summary>Writes a user's conversations as one document, a conversation at a time.</summary>
internal sealed class ConversationExport(ConversationStore conversations, MessageStore messages, TimeProvider time)
{
    private const int Page = 50;

    /// <param name="owner">Whose conversations.</param>
    /// <param name="id">One of them; null: all.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    /// <exception cref="RefusedException">Unknown or deleted conversation.</exception>
    public async IAsyncEnumerable<byte[]> WriteAsync(string owner, Guid? id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("format", ExportFormat.Name);
        json.WriteNumber("version", ExportFormat.Version);
        json.WriteString("exported_at", time.GetUtcNow());
        json.WriteStartArray("conversations");
        await foreach (var conversation in SelectAsync(owner, id, cancellationToken))
        {
            ExportFormat.Write(json, conversation, await messages.GetTreeAsync(owner, conversation.Id, cancellationToken));
            yield return Flush(json, buffer);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        yield return Flush(json, buffer);
    }

    private async IAsyncEnumerable<ConversationRecord> SelectAsync(string owner, Guid? id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (id is { } one)
        {
            yield return await conversations.GetAsync(owner, one, cancellationToken);
            yield break;
        }

        foreach (var archived in new[] { false, true })
        {
            ConversationCursor? after = null;
            IReadOnlyList<ConversationRecord> page;
            do
            {
                page = await conversations.ListAsync(owner, archived, null, after, Page, cancellationToken);
                foreach (var conversation in page)
                    yield return conversation;
                after = page.Count > 0 ? ConversationCursor.After(page[^1]) : null;
            }
            while (page.Count == Page);
        }
    }

    private static byte[] Flush(Utf8JsonWriter json, MemoryStream buffer)
    {
        json.Flush();
        var written = buffer.ToArray();
        buffer.SetLength(0);
        return written;
    }
}
