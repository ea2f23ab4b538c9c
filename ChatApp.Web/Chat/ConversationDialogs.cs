using ChatApp.Web.Api;
using ChatApp.Web.Components.Elements;

namespace ChatApp.Web.Chat;

/// <summary>Which conversation the dialogs of the page are about.</summary>
internal sealed class ConversationDialogs(Browser browser)
{
    public event Func<Task>? Opened;

    public ConversationSummary? Subject { get; private set; }

    public Task ShareAsync(ConversationSummary conversation) => OpenAsync(conversation, "share");

    public Task MoveAsync(ConversationSummary conversation) => OpenAsync(conversation, "move");

    private async Task OpenAsync(ConversationSummary conversation, string dialog)
    {
        Subject = conversation;
        if (Opened is { } opened)
            await opened();
        await browser.OpenDialogAsync(dialog);
    }
}
