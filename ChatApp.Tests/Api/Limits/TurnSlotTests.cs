using ChatApp.Api.Limits;
using ChatApp.Api.Limits.Buckets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ChatApp.Tests.Api.Limits;

/// <summary>Slots of a replica that has no Redis.</summary>
public sealed class TurnSlotTests
{
    [Test]
    public async Task Without_Redis_too_a_repeated_request_shares_the_slot_of_its_turn()
    {
        await using var nowhere = await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=100");
        var options = Options.Create(new LimitsOptions());
        var slots = new TurnSlots(new RedisAvailability(nowhere, options, TimeProvider.System, NullLogger<RedisAvailability>.Instance), options, TimeProvider.System);

        var first = (await slots.HoldAsync("user", 1, "request")).ShouldNotBeNull();
        var again = (await slots.HoldAsync("user", 1, "request")).ShouldNotBeNull();
        (await slots.HoldAsync("user", 1, "another")).ShouldBeNull();

        await first.DisposeAsync();
        (await slots.HoldAsync("user", 1, "another")).ShouldBeNull("the repeated request still watches the turn");
        await again.DisposeAsync();
        (await slots.HoldAsync("user", 1, "another")).ShouldNotBeNull();
    }
}
