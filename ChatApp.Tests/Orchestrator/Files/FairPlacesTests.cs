using ChatApp.Orchestrator.Files;

namespace ChatApp.Tests.Orchestrator.Files;

internal sealed class FairPlacesTests
{
    [Test]
    public async Task One_user_never_has_all_places_and_another_s_work_begins_at_once()
    {
        var places = new FairPlaces(2);
        var many = Enumerable.Range(0, 8).Select(_ => places.EnterAsync("ada", default)).ToList();
        many.Count(place => place.IsCompleted).ShouldBe(1);

        var other = places.EnterAsync("ben", default);
        other.IsCompletedSuccessfully.ShouldBeTrue();

        (await other).Dispose();
        foreach (var place in many)
            (await place.WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
    }

    [Test]
    public async Task With_one_place_users_take_turns_and_who_left_the_queue_takes_none()
    {
        var places = new FairPlaces(1);
        using var first = await places.EnterAsync("ada", default);
        using var leaving = new CancellationTokenSource();
        var left = places.EnterAsync("ada", leaving.Token);
        var second = places.EnterAsync("ben", default);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        second.IsCompleted.ShouldBeFalse();

        first.Dispose();
        first.Dispose();

        (await second.WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
        (await places.EnterAsync("ada", default).WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
    }
}
