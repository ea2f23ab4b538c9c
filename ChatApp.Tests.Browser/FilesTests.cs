using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ChatApp.Tests.Browser;

internal sealed class FilesTests : ScriptedPageTests
{
    private static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==");

    [Test]
    public async Task Files_that_were_picked_go_with_the_message_and_are_there_after_a_reload()
    {
        IReadOnlyList<string>? sent = null;
        Api.Answer = (request, turn) =>
        {
            sent = request.FileIds;
            return turn.SayAsync("Read.");
        };
        await OpenAsync(Page);
        await PickAsync(File("notes.txt", "Some notes"), new FilePayload { Name = "dot.png", MimeType = "image/png", Buffer = Picture });
        await Expect(Page.Locator(".attachments [data-state=done]")).ToHaveCountAsync(2);
        await PictureAsync("files-composer");
        await AskAsync(Page, "What is in them?");
        await Expect(Answers(Page)).ToContainTextAsync("Read.");
        sent!.Count.ShouldBe(2);
        await Expect(Page.Locator(".attachments li")).ToHaveCountAsync(0);

        await Page.ReloadAsync();
        await Expect(Page.Locator(".message.user .file-chip")).ToContainTextAsync("notes.txt");
        await Page.WaitForFunctionAsync("() => document.querySelector('.message-image img').naturalWidth === 2");
        await PictureAsync("files-message");
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.Locator(".message.user a.file-chip").ClickAsync());
        download.SuggestedFilename.ShouldBe("notes.txt");
        (await System.IO.File.ReadAllTextAsync((await download.PathAsync())!)).ShouldBe("Some notes");
        Errors.ShouldBeEmpty();
    }

    [Test]
    public async Task Pictures_are_pasted_and_files_dropped()
    {
        await OpenAsync(Page);
        await Page.Locator("#composer-input").EvaluateAsync("""
            input => {
              const data = new DataTransfer();
              data.items.add(new File(['x'], 'pasted.png', { type: 'image/png' }));
              input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(Page.Locator(".attachments")).ToContainTextAsync("pasted.png");
        await Page.EvaluateAsync("""
            () => {
              window.dropped = new DataTransfer();
              window.dropped.items.add(new File(['y'], 'dropped.md', { type: 'text/markdown' }));
              document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: window.dropped, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(Page.Locator(".drop-overlay")).ToBeVisibleAsync();
        await PictureAsync("files-drop");
        await Page.EvaluateAsync("() => document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: window.dropped, bubbles: true, cancelable: true }))");
        await Expect(Page.Locator(".drop-overlay")).ToBeHiddenAsync();
        await Expect(Page.Locator(".attachments [data-state=done]")).ToHaveCountAsync(2);
    }

    [Test]
    public async Task A_file_that_is_refused_says_why_and_holds_the_message_back_until_it_is_removed()
    {
        await OpenAsync(Page);
        await PickAsync(File("refused.bin", "x"));
        await Expect(Page.Locator(".file-error")).ToHaveTextAsync("A file like this is not taken here.");
        await PictureAsync("files-refused");
        await AskAsync(Page, "Take it");
        await Expect(Page.Locator(".file-remove")).ToBeFocusedAsync();
        await Expect(Answers(Page)).ToHaveCountAsync(0);
        await Page.Locator(".file-remove").ClickAsync();
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("Take it");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
    }

    [Test]
    public async Task A_message_waits_for_its_files()
    {
        var gate = new TaskCompletionSource();
        Api.Files.Gate = gate.Task;
        await OpenAsync(Page);
        await PickAsync(File("slow.txt", "x"));
        await AskAsync(Page, "Wait for it");
        await Expect(Page.Locator(".attachments [data-state=uploading]")).ToBeVisibleAsync();
        await Expect(Answers(Page)).ToHaveCountAsync(0);
        gate.SetResult();
        await Expect(Answers(Page)).ToContainTextAsync("Hello.");
        await Expect(Page.Locator(".message.user .file-chip")).ToContainTextAsync("slow.txt");
    }

    [Test]
    public async Task A_message_that_waits_for_its_files_is_sent_nowhere_else()
    {
        var gate = new TaskCompletionSource();
        Api.Files.Gate = gate.Task;
        Api.AddConversation("Another", "Hi", "Hello");
        await OpenAsync(Page);
        await PickAsync(File("slow.txt", "x"));
        await AskAsync(Page, "Wait for it");
        await Page.Locator(".conversation", new() { HasText = "Another" }).ClickAsync();
        await Expect(Answers(Page)).ToContainTextAsync("Hello");
        gate.SetResult();
        await AskAsync(Page, "Sent here");
        await Expect(Answers(Page)).ToHaveCountAsync(2);
        await Expect(Page.Locator(".message.user").Last).ToContainTextAsync("Sent here");
        Api.Turns.Count.ShouldBe(1);
        await OpenAsync(Page);
        await Expect(Page.Locator("#composer-input")).ToHaveValueAsync("Wait for it");
    }

    [Test]
    public async Task An_eleventh_file_and_files_of_a_temporary_chat_are_refused_on_the_page()
    {
        await OpenAsync(Page);
        await PickAsync([.. Enumerable.Range(1, 11).Select(i => File($"{i}.txt", "x"))]);
        await Expect(Page.Locator(".attachments [data-state=failed]")).ToContainTextAsync("At most 10 files");
        await Page.GotoAsync("/?temporary=true");
        await Page.Locator("chat-composer[live]").WaitForAsync();
        await Expect(Page.Locator("[data-attach]")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_form_of_another_site_uploads_nothing()
    {
        var answer = await Page.APIRequest.PostAsync($"{Web.Address}/upload", new APIRequestContextOptions
        {
            Headers = [new("Sec-Fetch-Site", "cross-site")],
            Multipart = Page.APIRequest.CreateFormData().Set("file", File("x.txt", "x")),
        });
        answer.Status.ShouldBe(403);
    }

    private Task PickAsync(params FilePayload[] files) => Page.Locator("[data-files]").SetInputFilesAsync(files);

    private static FilePayload File(string name, string text) => new() { Name = name, MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };
}
