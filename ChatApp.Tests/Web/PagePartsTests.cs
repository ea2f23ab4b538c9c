using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ChatApp.Web.Api;
using ChatApp.Web.Chat;
using ChatApp.Web.Components.Chat;
using ChatApp.Web.Components.Sidebar;
using ChatApp.Web.Preferences;
using ChatApp.Web.Turns;
using Microsoft.JSInterop;

namespace ChatApp.Tests.Web;

internal sealed partial class PagePartsTests
{
    private static readonly DirectoryInfo Project = new DirectoryInfo(Checkout.PathTo("ChatApp.Web"));

    [Test]
    public void Conversations_are_grouped_by_the_readers_own_days()
    {
        var now = new DateTimeOffset(2026, 3, 10, 1, 0, 0, TimeSpan.FromHours(2));
        var zone = new ViewerZone(TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), null, null));
        var groups = ConversationGroup.Of(
        [
            Summary("late-yesterday", new DateTimeOffset(2026, 3, 9, 21, 30, 0, TimeSpan.Zero)),
            Summary("today", new DateTimeOffset(2026, 3, 9, 22, 30, 0, TimeSpan.Zero)),
            Summary("week", now.AddDays(-5)),
            Summary("old", now.AddDays(-90)),
            Summary("pinned", now.AddDays(-400)) with { Pinned = true },
        ], now, zone).ToList();
        groups.Select(group => (group.Heading, group.Items.Single().Id)).ShouldBe(
            [("Group_Pinned", "pinned"), ("Group_Today", "today"), ("Group_Yesterday", "late-yesterday"), ("Group_Week", "week"), ("", "old")]);
        groups[^1].Month.ShouldBe(new DateOnly(2025, 12, 1));
    }

    [Test]
    public void No_date_is_told_by_the_servers_clock() =>
        Sources("*.cs").Concat(Sources("*.razor")).Where(file => file.Name != "ViewerZone.cs" && ServersClock().IsMatch(File.ReadAllText(file.FullName))).Select(file => file.Name).ShouldBeEmpty();

    [Test]
    public async Task A_part_of_the_page_that_left_while_its_script_was_fetched_is_not_connected()
    {
        var fetched = new TaskCompletionSource<IJSObjectReference>();
        await using var browser = new ChatApp.Web.Components.Elements.Browser(new ScriptFetch(fetched.Task));
        var bridge = DotNetObjectReference.Create(this);
        var connecting = browser.ConnectAsync(default, bridge);
        bridge.Dispose();
        fetched.SetResult(new ScriptModule());
        await connecting;
    }

    [Test]
    public void Hits_of_a_search_are_told_from_the_rest() =>
        SearchSnippet.Parse("a \u0002hit\u0003 and \u0002more\u0003").ShouldBe([("a ", false), ("hit", true), (" and ", false), ("more", true)]);

    [Test]
    public void A_broken_snippet_is_plain_text() => SearchSnippet.Parse("a \u0002hit").Single().ShouldBe(("a hit", false));

    [Test]
    public void A_growing_answer_is_read_out_by_sentences()
    {
        SpokenText.SentenceEnds("One. Two. Thr", 0, complete: false).ShouldBe([4, 9]);
        SpokenText.SentenceEnds("One. Two. Thr", 9, complete: false).ShouldBeEmpty();
        SpokenText.SentenceEnds("One. Two. Three", 9, complete: true).ShouldBe([15]);
        SpokenText.Plain("**Bold** and `code`").ShouldBe("Bold and code");
    }

    [Test]
    public void Where_the_time_went_is_told_in_the_turns_order_and_adds_up_to_the_total()
    {
        var rows = TimeRow.Of(new TurnTimings(140, 20, 1000, new TimeParts { PromptMs = 12, PrefillMs = 120, DecodeMs = 600, ToolsMs = 200 }));

        rows.ShouldBe([new("Prompt", 12), new("Queue", 0), new("Prefill", 120), new("Decode", 600), new("Tools", 200), new("Other", 68)]);
        rows.Sum(row => row.Milliseconds).ShouldBe(1000);
    }

    [Test]
    public void A_model_that_does_not_tell_its_parts_is_told_as_the_gateway_saw_it() =>
        TimeRow.Of(new TurnTimings(400, 20, 1300.2, new TimeParts { ModelFirstTokenMs = 400, ModelRestMs = 900 }))
            .ShouldBe([new("ModelFirst", 400), new("ModelRest", 900)]);

    [Test]
    public void A_turn_that_changed_hands_is_not_told_as_if_its_parts_made_the_total()
    {
        var rows = TimeRow.Of(new TurnTimings(40, 20, 500, new TimeParts { PrefillMs = 40, DecodeMs = 100, ToolsMs = 900, Partial = true }));

        rows.Select(row => row.Key).ShouldBe(["Queue", "Prefill", "Decode", "Tools"]);
    }

    [Test]
    public void An_answer_of_before_has_no_parts()
    {
        TimeRow.Of(null).ShouldBeEmpty();
        TimeRow.Of(new TurnTimings(40, 20, 500)).ShouldBeEmpty();
        TimeRow.Of(new TurnTimings(40, 20, 500, new TimeParts())).ShouldBeEmpty();
    }

    [Test]
    public void A_receipt_tells_the_parts_and_each_has_a_name_in_the_readers_language()
    {
        using var receipt = JsonDocument.Parse("""
            {"timings":{"ttftMs":9,"tokensPerSecond":3,"totalMs":360,"parts":{"queueMs":10,"promptMs":20,"retrievalMs":30,"toolsMs":40,"prefillMs":50,"decodeMs":60,
             "modelFirstTokenMs":70,"modelRestMs":71,"partial":false}}}
            """);
        var node = new MessageNode("message", null, MessageNode.Assistant);

        AnswerFacts.TakeReceipt(node, receipt.RootElement);

        var rows = TimeRow.Of(node.Timings);
        rows.Select(row => row.Milliseconds).ShouldBe([20, 30, 10, 50, 60, 70, 71, 40, 9]);
        var (english, german) = (Strings("UiText.resx"), Strings("UiText.de.resx"));
        foreach (var row in rows)
        {
            english.ShouldContainKey($"Time_{row.Key}");
            german[$"Time_{row.Key}"].ShouldNotBe(english[$"Time_{row.Key}"]);
        }
    }

    [Test]
    public void Both_languages_have_every_string_with_the_same_places_to_fill()
    {
        var english = Strings("UiText.resx");
        var german = Strings("UiText.de.resx");
        german.Keys.ShouldBe(english.Keys);
        foreach (var (key, text) in english)
            Place().Matches(german[key]).Select(match => match.Value).Order().ShouldBe(Place().Matches(text).Select(match => match.Value).Order(), key);
    }

    [Test]
    public void Every_string_that_the_page_asks_for_exists()
    {
        var known = Strings("UiText.resx");
        foreach (var file in Sources("*.razor").Concat(Sources("*.cs")))
        {
            foreach (Match match in Asked().Matches(File.ReadAllText(file.FullName)))
                known.ShouldContainKey(match.Groups[1].Value, file.Name);
        }
    }

    [Test]
    public void Html_reaches_the_page_at_one_place_only()
    {
        var places = Sources("*.cs").Concat(Sources("*.razor"))
            .Where(file => Markup().IsMatch(File.ReadAllText(file.FullName))).Select(file => file.Name);
        places.ShouldBe(["BlockView.cs"]);
        var scripts = new DirectoryInfo(Path.Combine(Project.FullName, "wwwroot", "js")).GetFiles("*.js");
        scripts.ShouldNotBeEmpty();
        scripts.Where(file => HtmlSink().IsMatch(File.ReadAllText(file.FullName))).Select(file => file.Name).ShouldBeEmpty();
    }

    private static ConversationSummary Summary(string id, DateTimeOffset updated) => new() { Id = id, UpdatedAt = updated };

    private static IEnumerable<FileInfo> Sources(string pattern) => Project.GetFiles(pattern, SearchOption.AllDirectories)
        .Where(file => !file.FullName.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.FullName.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static SortedDictionary<string, string> Strings(string file) => new(
        XDocument.Load(Path.Combine(Project.FullName, "Localization", file)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value), StringComparer.Ordinal);

    [GeneratedRegex("""Text\["([A-Za-z_0-9]+)"[\],]""")]
    private static partial Regex Asked();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"MarkupString|AddMarkupContent")]
    private static partial Regex Markup();

    [GeneratedRegex(@"LocalDateTime|ToLocalTime|GetLocalNow|DateTime\.Now")]
    private static partial Regex ServersClock();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")]
    private static partial Regex HtmlSink();

    private sealed class ScriptFetch(Task<IJSObjectReference> module) : IJSRuntime
    {
        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => (TValue)await module;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
    }

    /// <summary>Reads what it is given, as the serialiser of the circuit does.</summary>
    private sealed class ScriptModule : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            foreach (var bridge in args!.OfType<DotNetObjectReference<PagePartsTests>>())
                bridge.Value.ShouldNotBeNull();
            return default;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync() => default;
    }
}
