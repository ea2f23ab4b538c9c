using System.Globalization;
using System.Net;
using ChatApp.Web.Localization;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web;

/// <summary>What an installed page shows without a network. The service worker keeps this page and its style, and nothing of any chat.</summary>
internal static class OfflinePage
{
    public static void MapOfflinePage(this WebApplication app) => app.MapGet("/offline", (HttpContext context, IStringLocalizer<UiText> text) =>
    {
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="{CultureInfo.CurrentUICulture.TwoLetterISOLanguageName}">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>ChatApp</title>
                <link rel="stylesheet" href="{context.Request.PathBase}/css/offline.css" />
            </head>
            <body>
                <main>
                    <img src="{context.Request.PathBase}/icons/icon.svg" alt="" width="64" height="64" />
                    <h1>{WebUtility.HtmlEncode(text["Offline_Title"])}</h1>
                    <p>{WebUtility.HtmlEncode(text["Offline_Text"])}</p>
                    <p><a href="">{WebUtility.HtmlEncode(text["Retry"])}</a></p>
                </main>
            </body>
            </html>
            """,
            "text/html; charset=utf-8");
    });
}
