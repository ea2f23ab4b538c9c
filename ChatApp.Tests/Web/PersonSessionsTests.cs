using System.Net;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ChatApp.Tests.Web;

public sealed class PersonSessionsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_session_renewed_by_another_web_server_is_taken_from_the_cookie()
    {
        var sessions = new PersonSessions(null!, new HttpContextAccessor(), TimeProvider.System);
        var known = sessions.Adopt(new SessionTicket("key", "access-0", "refresh-0", Noon));

        sessions.Adopt(new SessionTicket("key", "access-1", "refresh-1", Noon.AddMinutes(15))).ShouldBeSameAs(known);
        known.RefreshToken.ShouldBe("refresh-1");

        // A tab whose cookie is the older one changes nothing.
        sessions.Adopt(new SessionTicket("key", "access-0", "refresh-0", Noon));
        (known.AccessToken, known.RefreshToken).ShouldBe(("access-1", "refresh-1"));
    }

    [Test]
    public async Task The_Api_hears_for_which_address_the_web_server_asks()
    {
        await using var api = await ScriptedApi.StartAsync();
        await using var services = Services(api);
        var contexts = services.GetRequiredService<IHttpContextAccessor>();
        contexts.HttpContext = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("203.0.113.9") } };
        using var circuit = services.CreateScope();
        var connection = circuit.ServiceProvider.GetRequiredService<ApiConnection>();
        connection.Session = await services.GetRequiredService<PersonSessions>().OpenAsync("/api/auth/guest", new { }, null, default);

        // A circuit has no request of its own; it asks for the browser that opened it.
        contexts.HttpContext = null;
        await connection.SendAsync(HttpMethod.Get, "/api/me", null, default);

        api.Forwarded.ShouldBe([("/api/auth/guest", "203.0.113.9"), ("/api/me", "203.0.113.9")]);
    }

    [Test]
    public async Task A_session_that_another_device_ended_is_known_to_be_over_with_the_next_request()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.Accounts.Required = true;
        await using var services = Services(api);
        var sessions = services.GetRequiredService<PersonSessions>();
        using var circuit = services.CreateScope();
        var connection = circuit.ServiceProvider.GetRequiredService<ApiConnection>();
        var session = connection.Session = await sessions.OpenAsync("/api/auth/guest", new { }, null, default);
        (await sessions.IsOpenAsync(session, default)).ShouldBeTrue();

        api.Accounts.EndAll();
        (await Should.ThrowAsync<ApiException>(() => connection.SendAsync(HttpMethod.Get, "/api/me", null, default))).Code.ShouldBe("session_ended");
        session.Ended.ShouldBeTrue();
        (await sessions.IsOpenAsync(session, default)).ShouldBeFalse();
    }

    [Test]
    public async Task A_token_that_is_not_taken_any_more_is_renewed_while_the_session_goes_on()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.Accounts.Required = true;
        await using var services = Services(api);
        var sessions = services.GetRequiredService<PersonSessions>();
        var session = await sessions.OpenAsync("/api/auth/guest", new { }, null, default);

        api.Accounts.ForgetTokens();
        (await sessions.IsOpenAsync(session, default)).ShouldBeTrue();
        (session.Ended, api.Accounts.Refreshes).ShouldBe((false, 1));
    }

    [Test]
    public async Task Who_is_told_to_come_back_in_an_hour_is_told_so_at_once_and_why()
    {
        await using var api = await ScriptedApi.StartAsync();
        api.Limited = "Too many requests come from this address or device.";
        await using var services = Services(api);
        using var circuit = services.CreateScope();
        var connection = circuit.ServiceProvider.GetRequiredService<ApiConnection>();
        connection.Session = PersonSession.Local;

        var refused = await Should.ThrowAsync<ApiException>(() => connection.SendAsync(HttpMethod.Get, "/api/models", null, default).WaitAsync(TimeSpan.FromSeconds(30)));

        refused.Message.ShouldBe(api.Limited);
        api.Requests.Count.ShouldBe(1);
    }

    [Test]
    public async Task Without_a_session_nothing_is_asked_for()
    {
        await using var api = await ScriptedApi.StartAsync();
        await using var services = Services(api);
        using var circuit = services.CreateScope();
        var connection = circuit.ServiceProvider.GetRequiredService<ApiConnection>();
        connection.Refusal = "Too many guests.";

        (await Should.ThrowAsync<ApiException>(() => connection.SendAsync(HttpMethod.Get, "/api/me", null, default))).Message.ShouldContain("Too many guests.");
        api.Requests.ShouldBeEmpty();
    }

    private static ServiceProvider Services(ScriptedApi api) => new ServiceCollection()
        .AddHttpClient(ApiConnection.ClientName, client => client.BaseAddress = new Uri(api.Address)).AddStreamingResilience().Services
        .AddHttpContextAccessor().AddSingleton(TimeProvider.System).AddSingleton<PersonSessions>().AddScoped<ApiConnection>()
        .BuildServiceProvider();
}
