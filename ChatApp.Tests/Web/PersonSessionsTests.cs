using ChatApp.Web.Sessions;
using Microsoft.AspNetCore.Http;

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
}
