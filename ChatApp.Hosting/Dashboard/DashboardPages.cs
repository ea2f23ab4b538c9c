using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ChatApp.Hosting.Dashboard;

/// <summary>The dashboard's pages. They work without scripts; scripts keep them fresh.</summary>
internal static class DashboardPages
{
    private const string None = "<span class=\"none\">–</span>";

    public static string List(IReadOnlyList<ResourceView> resources, string statePath) => Page("Resources", $"""
        <header class="top">
          <h1><a href="/">ChatApp</a></h1>
          <p class="live" id="live" hidden>live</p>
        </header>
        <main>
          <div class="sheet">
          <table id="resources" data-stream="/resources/stream">
            <thead><tr><th>Resource</th><th>State</th><th>Addresses</th><th class="n">CPU</th><th class="n">Memory</th><th class="n">Up</th><th class="n">Restarts</th><th><span class="unseen">Actions</span></th></tr></thead>
            <tbody>
        {string.Concat(resources.Select(Row))}
            </tbody>
          </table>
          </div>
          <p class="foot">State and logs: <code>{E(statePath)}</code></p>
        </main>
        """);

    /// <summary>One resource in the list.</summary>
    public static string Row(ResourceView view) => $"""
        <tr id="r-{E(view.Id)}" class="{view.Tone}">
          <th scope="row"><a href="/resources/{E(view.Id)}">{E(view.Id)}</a><small>{E(view.Source ?? view.Type)}</small></th>
          <td class="state" data-label="State"><span class="dot" aria-hidden="true"></span>{E(view.State)}{(view.Detail is null || view.Tone != "bad" ? "" : $"<small>{E(Short(view.Detail))}</small>")}</td>
          <td class="urls" data-label="Addresses">{Urls(view)}</td>
          <td class="n" data-label="CPU">{Processor(view)}</td>
          <td class="n" data-label="Memory">{Memory(view)}</td>
          <td class="n" data-label="Up">{(view.Uptime is { } uptime ? E(Duration(uptime)) : None)}</td>
          <td class="n" data-label="Restarts">{(view.CanStart || view.CanStop || view.Restarts > 0 ? view.Restarts.ToString(CultureInfo.InvariantCulture) : None)}</td>
          <td class="actions">{Actions(view)}</td>
        </tr>

        """;

    public static string Detail(ResourceView view, IReadOnlyList<LogLine> log) => Page(view.Id, $"""
        <header class="top">
          <h1><a href="/">ChatApp</a> <span aria-hidden="true">/</span> {E(view.Id)}</h1>
          <p class="live" id="live" hidden>live</p>
        </header>
        <main>
          <div id="facts" data-stream="/resources/{E(view.Id)}/stream">
        {Facts(view)}
          </div>
          <section class="console">
            <div class="bar">
              <h2>Console</h2>
              <label class="filter" hidden><span class="unseen">Filter lines</span><input id="filter" type="search" placeholder="Filter lines" autocomplete="off"></label>
              <label class="follow" hidden><input id="follow" type="checkbox" checked> Follow</label>
              <a href="/resources/{E(view.Id)}/log.txt">Plain text</a>
            </div>
            <ol id="log" tabindex="0" aria-label="Console of {E(view.Id)}" data-stream="/resources/{E(view.Id)}/log" data-last="{(log.Count > 0 ? log[^1].LineNumber : 0)}">{string.Concat(log.Select(Line))}</ol>
          </section>
          {Environment(view)}
        </main>
        """);

    /// <summary>The part of a resource's page that changes.</summary>
    public static string Facts(ResourceView view) => $"""
        <section class="facts {view.Tone}">
          <p class="state"><span class="dot" aria-hidden="true"></span>{E(view.State)}</p>
          <dl>
            <div><dt>What</dt><dd>{E(view.Source ?? view.Type)}</dd></div>
            {(view.Value is null ? "" : $"<div><dt>Value</dt><dd>{E(view.Value)}</dd></div>")}
            {(view.Urls.Count == 0 ? "" : $"<div><dt>Addresses</dt><dd class=\"urls\">{Urls(view)}</dd></div>")}
            {(view.ProcessId == 0 ? "" : $"<div><dt>Process</dt><dd>{view.ProcessId}</dd></div>")}
            {(view.Uptime is { } uptime ? $"<div><dt>Up</dt><dd>{E(Duration(uptime))}</dd></div>" : "")}
            {(view.Usage is null ? "" : $"<div><dt>CPU</dt><dd>{Processor(view)}</dd></div><div><dt>Memory</dt><dd>{Memory(view)}</dd></div>")}
            {(view.Restarts == 0 ? "" : $"<div><dt>Restarts</dt><dd>{view.Restarts}</dd></div>")}
            {string.Concat(view.Health.Select(report => $"<div><dt>Check: {E(report.Name)}</dt><dd>{E(report.Status?.ToString() ?? "not asked yet")}</dd></div>"))}
          </dl>
          <div class="actions">{Actions(view)}</div>
          {(view.Detail is null || view.Tone != "bad" ? "" : $"<p class=\"failure\">{E(view.Detail)}</p>")}
          {(view.FailureLog is null || view.Tone != "bad" ? "" : $"<pre class=\"failure\">{E(view.FailureLog)}</pre>")}
        </section>
        """;

    public static string Missing(string id) => Page("Not found", $"""
        <header class="top"><h1><a href="/">ChatApp</a></h1></header>
        <main><p>There is no resource <code>{E(id)}</code>. <a href="/">All resources</a></p></main>
        """);

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{E(title)} · ChatApp</title>
          <link rel="icon" href="/assets/dashboard.svg" type="image/svg+xml">
          <link rel="stylesheet" href="/assets/dashboard.css">
          <script src="/assets/dashboard.js" defer></script>
        </head>
        <body>
        {body}
        </body>
        </html>
        """;

    private static string Line(LogLine line) => $"<li{(line.IsErrorMessage ? " class=\"err\"" : "")}>{E(line.Content)}</li>";

    private static string Urls(ResourceView view)
    {
        if (view.Urls.Count == 0)
            return None;
        var text = new StringBuilder();
        foreach (var url in view.Urls.OrderBy(url => url.IsInternal))
        {
            var address = url.Url[(url.Url.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var isPage = url.Url.StartsWith("http", StringComparison.Ordinal) && url.Name != "grpc";
            text.Append(isPage ? $"<a href=\"{E(url.Url)}\" target=\"_blank\" rel=\"noopener noreferrer\">{E(address)}</a>" : $"<span>{E(address)}</span>");
            text.Append(url.Name is null or "http" or "tcp" ? "" : $" <small>{E(url.Name)}</small>").Append("<br>");
        }

        return text.ToString();
    }

    private static string Actions(ResourceView view)
    {
        if (!view.CanStart && !view.CanStop)
            return "";
        string[] commands = view.CanStart ? ["start"] : ["restart", "stop"];
        return string.Concat(commands.Select(command =>
            $"<form method=\"post\" action=\"/resources/{E(view.Id)}/{command}\"><button data-command=\"{command}\" aria-label=\"{command} {E(view.Id)}\">{char.ToUpperInvariant(command[0])}{command[1..]}</button></form>"));
    }

    private static string Processor(ResourceView view) =>
        view.Usage is { Processor: { } share } ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %") : None;

    private static string Memory(ResourceView view) =>
        view.Usage is { } usage ? string.Create(CultureInfo.InvariantCulture, $"{usage.Memory / 1024.0 / 1024:0} MB") : None;

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{time.Seconds} s",
        { TotalHours: < 1 } => $"{time.Minutes} min",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{(int)time.TotalDays} d {time.Hours} h",
    };

    private static string Short(string text)
    {
        const int Most = 140;
        var line = text.Split('\n')[0];
        return line.Length <= Most ? line : line[..Most] + "…";
    }

    private static string Environment(ResourceView view) => view.Environment.Count == 0 ? "" : $"""
        <section class="environment">
            <h2>Environment</h2>
            <div class="sheet"><table><tbody>
            {string.Concat(view.Environment.Select(variable => $"<tr><th scope=\"row\"><code>{E(variable.Name)}</code></th><td><code>{E(variable.Value ?? "")}</code></td></tr>\n"))}
            </tbody></table></div>
          </section>
        """;

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
