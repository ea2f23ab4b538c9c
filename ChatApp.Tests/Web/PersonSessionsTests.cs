using System.Net;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

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
        await using var services = new ServiceCollection()
            .AddHttpClient(ApiConnection.ClientName, client => client.BaseAddress = new Uri(api.Address)).Services
            .AddHttpContextAccessor().AddSingleton(TimeProvider.System).AddSingleton<PersonSessions>().AddScoped<ApiConnection>()
            .BuildServiceProvider();
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
}
