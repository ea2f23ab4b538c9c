using System.Net;
using ChatApp.Api.Abuse;
using ChatApp.Api.Gate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ChatApp.Tests.Api;

/// <summary>Every route of the edge is enumerated: what guards it is in one table, and the table is what happens.</summary>
public sealed class RouteTableTests
{
    private EdgeHost _edge = null!;

    [OneTimeSetUp]
    public async Task Start() => _edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(),
        new Dictionary<string, string?> { ["Abuse:CredentialsPerMinute"] = "100000", ["Abuse:RequestsPerMinute"] = "100000" });

    [OneTimeTearDown]
    public async Task Stop() => await _edge.DisposeAsync();

    [Test]
    public void Every_route_has_an_entry_and_every_entry_a_route() =>
        Mapped().Order().ShouldBe(RouteTable.Routes.Order());

    [Test]
    public void A_route_without_an_entry_stops_the_start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        app.MapGet("/api/forgotten", () => "");
        Should.Throw<InvalidOperationException>(() => RouteTable.Verify(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)))
            .Message.ShouldContain("GET /api/forgotten");
    }

    [Test]
    public void A_route_that_reads_a_user_s_data_says_where_the_owner_is_checked()
    {
        foreach (var route in RouteTable.Routes.Where(route => route.Contains("{id}", StringComparison.Ordinal) && !route.Contains("/models/", StringComparison.Ordinal)))
            RouteTable.Find(route)!.Owner.ShouldNotBe(RouteOwner.None, route);
    }

    [Test]
    public void An_api_key_needs_a_scope_wherever_it_is_accepted()
    {
        foreach (var route in RouteTable.Routes)
        {
            var rule = RouteTable.Find(route)!;
            (rule.Access == RouteAccess.Caller).ShouldBe(rule.Scope is not null, route);
        }
    }

    [Test]
    public void Only_probes_are_without_a_limit()
    {
        foreach (var route in RouteTable.Routes.Where(route => RouteTable.Find(route)!.Limit == RouteLimit.None))
            route.ShouldBeOneOf("* /health", "* /alive");
    }

    [Test]
    public async Task Every_route_that_is_not_public_refuses_a_stranger()
    {
        using var nobody = _edge.Client();
        foreach (var route in RouteTable.Routes.Where(route => RouteTable.Find(route)!.Access != RouteAccess.Public))
            (await SendAsync(nobody, route)).ShouldBe(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Test]
    public async Task Every_route_lets_in_whom_its_entry_names_and_nobody_else()
    {
        using var nobody = _edge.Client();
        var up = await nobody.PostAsync("/api/auth/sign-up", new { email = "ada@example.org", password = "correct horse battery" });
        using var ada = _edge.Client(up["access_token"]);
        using var guest = _edge.Client((await nobody.PostAsync("/api/auth/guest"))["access_token"]);
        using var bare = _edge.Client((await ada.PostAsync("/api/keys", new { scopes = new[] { "usage" } }))["secret"]);

        foreach (var route in RouteTable.Routes)
        {
            var rule = RouteTable.Find(route)!;
            if (rule.Access is RouteAccess.Caller && rule.Scope != "usage")
                (await SendAsync(bare, route)).ShouldBe(HttpStatusCode.Forbidden, "missing_scope");
            if (rule.Access is RouteAccess.Person or RouteAccess.Account or RouteAccess.Admin)
                (await SendAsync(bare, route)).ShouldBe(HttpStatusCode.Forbidden, "session_required");
            if (rule.Access is RouteAccess.Account)
                (await SendAsync(guest, route)).ShouldBe(HttpStatusCode.Forbidden, "account_required");
            if (rule.Access is RouteAccess.Admin)
                (await SendAsync(ada, route)).ShouldBe(HttpStatusCode.Forbidden, "admin_required");
        }
    }

    [Test]
    public async Task Every_route_takes_the_local_user_only_from_this_machine_by_its_own_name_and_from_no_page_of_another_site()
    {
        await using var laptop = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?> { ["Accounts:Anonymous"] = "Loopback" }, environment: "Development");
        using var here = laptop.Client();
        (await here.GetAsync("/api/me")).ShouldBe(HttpStatusCode.OK);

        foreach (var route in RouteTable.Routes)
        {
            using var foreign = laptop.Client();
            foreign.Headers.Host = "evil.example:8081";
            (await SendAsync(foreign, route)).Status.ShouldBe(HttpStatusCode.BadRequest, route);

            if (RouteTable.Find(route)!.Access == RouteAccess.Public)
                continue;
            foreach (var header in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"])
            {
                using var proxied = laptop.Client();
                proxied.Headers.TryAddWithoutValidation(header, header == "Via" ? "1.1 proxy" : "127.0.0.1");
                (await SendAsync(proxied, route)).ShouldBe(HttpStatusCode.Unauthorized, "unauthenticated");
            }

            foreach (var origin in (string[])["https://evil.example", "null", $"http://127.0.0.1:{laptop.Address.Port + 1}"])
            {
                using var page = laptop.Client();
                page.Headers.Add("Origin", origin);
                if (route.StartsWith("GET ", StringComparison.Ordinal))
                    continue;
                // The local user is no administrator, which is said first.
                (await SendAsync(page, route)).ShouldBe(HttpStatusCode.Forbidden, RouteTable.Find(route)!.Access == RouteAccess.Admin ? "admin_required" : "cross_site");
            }
        }
    }

    private static Task<EdgeAnswer> SendAsync(EdgeClient client, string route)
    {
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{id}", "x", StringComparison.Ordinal).Replace("{provider}", "x", StringComparison.Ordinal).Replace("{token}", "x", StringComparison.Ordinal));
        return client.SendAsync(new HttpMethod(method == "*" ? "GET" : method), path, method == "GET" ? null : new { });
    }

    private IEnumerable<string> Mapped() =>
        ((IEndpointRouteBuilder)_edge.App).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().SelectMany(RouteTable.NamesOf);
}
