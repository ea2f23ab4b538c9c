using ChatApp.Web.Api;
using ChatApp.Web.Preferences;

namespace ChatApp.Web.Chat;

/// <summary>Conversations of one heading of the sidebar: pinned, today, yesterday, the last week, the last month, then months.</summary>
/// <param name="Heading">A key of the resources, or empty when <paramref name="Month"/> is the heading.</param>
internal sealed record ConversationGroup(string Heading, DateOnly? Month, IReadOnlyList<ConversationSummary> Items)
{
    public static IEnumerable<ConversationGroup> Of(IEnumerable<ConversationSummary> items, DateTimeOffset now, ViewerZone zone)
    {
        var all = items.ToList();
        var pinned = all.Where(item => item.Pinned).ToList();
        if (pinned.Count > 0)
            yield return new ConversationGroup("Group_Pinned", null, pinned);

        var today = zone.DayOf(now);
        foreach (var group in all.Where(item => !item.Pinned)
            .OrderByDescending(item => item.UpdatedAt)
            .GroupBy(item => HeadingOf(zone.DayOf(item.UpdatedAt), today)))
            yield return new ConversationGroup(group.Key.Heading, group.Key.Month, [.. group]);
    }

    private static (string Heading, DateOnly? Month) HeadingOf(DateOnly date, DateOnly today) => (today.DayNumber - date.DayNumber) switch
    {
        <= 0 => ("Group_Today", null),
        1 => ("Group_Yesterday", null),
        <= 7 => ("Group_Week", null),
        <= 30 => ("Group_Month", null),
        _ => ("", new DateOnly(date.Year, date.Month, 1)),
    };
}
