using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Api.SignIn;

/// <summary>What the caller has at the orchestrator: conversations and files.</summary>
internal sealed class Belongings(Conversations.ConversationsClient conversations, Files.FilesClient files)
{
    private const int Page = 100;

    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        foreach (var archived in (bool[])[false, true])
            await DeleteConversationsAsync(archived, cancellationToken);
        await files.DeleteAllAsync(new DeleteAllFilesRequest(), cancellationToken: cancellationToken);
    }

    private async Task DeleteConversationsAsync(bool archived, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await conversations.ListAsync(new ListConversationsRequest { Limit = Page, Archived = archived }, cancellationToken: cancellationToken);
            if (page.Conversations.Count == 0)
                return;
            foreach (var hit in page.Conversations)
            {
                try
                {
                    await conversations.DeleteAsync(new DeleteConversationRequest { Id = hit.Conversation.Id }, cancellationToken: cancellationToken);
                }
                catch (RpcException exception) when (exception.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
                {
                    // Deleted meanwhile, from another device.
                }
            }
        }
    }
}
