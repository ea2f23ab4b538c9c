using ChatApp.Contracts.Identity;

namespace ChatApp.Tests.Orchestrator.Identity;

public sealed class CallerIdentitySignerTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly CallerIdentitySigner _signer = new(Key, new FixedClock(Now));

    [Test]
    public void A_signed_identity_comes_back_whole()
    {
        var header = _signer.Sign("user-1", "admin", "pro", TimeSpan.FromMinutes(1), "Ada");

        _signer.TryVerify(header, out var identity, out _).ShouldBeTrue();
        identity.ShouldBe(new CallerIdentity("user-1", "admin", "pro", Now.AddMinutes(1).ToUnixTimeSeconds(), "Ada"));
    }

    [Test]
    public void An_expired_identity_is_refused()
    {
        var header = _signer.Sign("user-1", "user", "free", TimeSpan.Zero);

        _signer.TryVerify(header, out _, out var reason).ShouldBeFalse();
        reason.ShouldContain("expired");
    }

    [Test]
    public void An_identity_signed_with_another_key_is_refused()
    {
        var header = new CallerIdentitySigner(new string('x', 32), new FixedClock(Now)).Sign("user-1", "user", "free", TimeSpan.FromHours(1));

        _signer.TryVerify(header, out _, out var reason).ShouldBeFalse();
        reason.ShouldContain("not signed");
    }

    [Test]
    public void Changing_one_character_of_the_payload_voids_the_signature()
    {
        var header = _signer.Sign("user-1", "user", "free", TimeSpan.FromHours(1));
        var forged = (header[5] == 'A' ? 'B' : 'A') is var c ? string.Concat(header.AsSpan(0, 5), c.ToString(), header.AsSpan(6)) : "";

        _signer.TryVerify(forged, out _, out _).ShouldBeFalse();
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("abc")]
    [TestCase("a.b.c")]
    [TestCase("!!!.???")]
    [TestCase("e30.e30")]
    public void A_malformed_header_is_refused_without_an_exception(string? header) =>
        _signer.TryVerify(header, out _, out _).ShouldBeFalse();

    [Test]
    public void A_short_key_stops_the_start_and_names_the_setting() =>
        Should.Throw<ArgumentException>(() => new CallerIdentitySigner("short", TimeProvider.System))
            .Message.ShouldContain("Internal:IdentityKey");

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
