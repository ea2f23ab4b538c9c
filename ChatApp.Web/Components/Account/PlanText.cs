using System.Globalization;
using ChatApp.Web.Localization;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Components.Account;

/// <summary>Limits of a plan in words.</summary>
internal static class PlanText
{
    public static string Count(long? number) => number?.ToString("N0", CultureInfo.CurrentCulture) ?? "";

    public static string Count(long? number, IStringLocalizer<UiText> text) => number is null ? text["Limit_None"] : Count(number);

    public static string Money(decimal? amount) => amount?.ToString("0.##", CultureInfo.CurrentCulture) ?? "";

    public static string Bytes(long? bytes, IStringLocalizer<UiText> text) => bytes switch
    {
        null => text["Limit_None"],
        >= 1 << 20 => (bytes.Value / (double)(1 << 20)).ToString("0.#", CultureInfo.CurrentCulture) + " MB",
        < 1024 => bytes.Value.ToString(CultureInfo.CurrentCulture) + " B",
        _ => (bytes.Value / 1024d).ToString("0.#", CultureInfo.CurrentCulture) + " KB",
    };
}
