using ChatApp.Web.Api;
using ChatApp.Web.Localization;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Components.Account;

/// <summary>What generations were for, in the reader's words.</summary>
internal static class UsagePurpose
{
    private static readonly string[] OnTheSide = [".escalated", ".hedged"];

    /// <summary>Whether somebody asked for it by name: what a plan's limits of tokens count.</summary>
    public static bool IsAskedFor(UsageDay row) =>
        row.Purpose is not ("title" or "summary") && !OnTheSide.Any(ending => row.Purpose.EndsWith(ending, StringComparison.Ordinal));

    public static string Name(UsageDay row, IStringLocalizer<UiText> text)
    {
        var ending = OnTheSide.FirstOrDefault(ending => row.Purpose.EndsWith(ending, StringComparison.Ordinal)) ?? "";
        var known = text["Usage_For_" + row.Purpose[..^ending.Length]];
        var name = known.ResourceNotFound ? row.Purpose[..^ending.Length] : known.Value;
        return ending.Length == 0 ? name : text["Usage_For" + ending, name];
    }
}
