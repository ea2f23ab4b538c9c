using System.Globalization;

namespace ChatApp.Web.Preferences;

/// <summary>The viewer's time zone, in which every date of the page is told. The browser says which one it is.</summary>
public sealed record ViewerZone(TimeZoneInfo Zone)
{
    public const string CookieName = "chatapp.zone";

    /// <summary>Where nothing is known yet, the server's own.</summary>
    public static ViewerZone Of(string? id) =>
        new(id is { Length: > 0 and <= 100 } && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Local);

    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);

    public string Format(DateTimeOffset moment, string format) => TimeZoneInfo.ConvertTime(moment, Zone).ToString(format, CultureInfo.CurrentCulture);
}
