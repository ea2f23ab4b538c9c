using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Orchestrator.Conversations.Titles;

namespace ChatApp.Tests.Graph;

/// <summary>What conversations are called after two hundred first messages to the bundled models.</summary>
[Category("Long")]
public sealed class TitleTests
{
    private static readonly string[] s_messages =
    [
        "What is {0}?", "Tell me a short story about {0}", "Can you explain {0} to a child?", "I want to learn about {0}. Where do I begin?", "{0}",
        "Write a poem about {0}, please", "Summarise: Our neighbour spoke about {0} all evening and then went home.", "Why do people care for {0}?",
        "My notes say {0} is due on Friday.\nWhen is it due?", "Is {0} dangerous?",
    ];

    private static readonly string[] s_subjects =
    [
        "rainbows", "10% of 1104", "the tides of the sea", "an invoice of 12.50 euros", "bread without yeast", "my grandmother's garden", "Ljubljana", "a lighthouse keeper",
        "how engines work", "the colour blue", "chess openings", "Tuesday", "a lost umbrella", "solar panels", "two dragons", "the train to Oslo", "5 km in miles", "honey bees",
        "an old violin", "black holes",
    ];

    [Test]
    public async Task A_title_shares_a_word_with_the_first_message_or_is_its_beginning()
    {
        using var api = await ProductGraph.ApiAsync();
        var fromModel = 0;
        foreach (var question in s_messages.SelectMany(message => s_subjects, string.Format))
        {
            var title = await TitleAfterAsync(api, question);
            var isBeginning = string.Join(' ', question.Split()).StartsWith(title.TrimEnd('…'), StringComparison.Ordinal);
            (isBeginning || TitleText.Choose(title, question) == title).ShouldBeTrue($"'{title}' for '{question}'");
            fromModel += isBeginning ? 0 : 1;
        }

        TestContext.Out.WriteLine($"{fromModel} of {s_messages.Length * s_subjects.Length} titles are the model's own.");
        fromModel.ShouldBeGreaterThan(0);
    }

    private static async Task<string> TitleAfterAsync(HttpClient api, string question)
    {
        var conversation = "";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/turns") { Content = JsonContent.Create(new { request_id = Guid.NewGuid().ToString("N"), content = question }) };
        using var turn = await api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await foreach (var (type, data) in turn.EnsureSuccessStatusCode().ReadEventsAsync())
        {
            if (type == "started")
                conversation = data.GetProperty("conversation_id").GetString()!;
        }

        return await Eventually.BecomesAsync(
            async () => (await api.GetFromJsonAsync<JsonElement>($"/api/conversations/{conversation}")).GetProperty("conversation").GetProperty("title").GetString() ?? "",
            title => title.Length > 0);
    }
}
