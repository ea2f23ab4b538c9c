using System.Collections.Concurrent;
using ChatApp.Orchestrator.Ids;
using ChatApp.Orchestrator.Jobs;
using ChatApp.Orchestrator.Storage;
using ChatApp.ServiceDefaults.Migrations;
using ChatApp.Tests.Api.Limits;
using ChatApp.Tests.Orchestrator.Graph;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Tests.Orchestrator.Jobs;

/// <summary>Jobs in a real PostgreSQL, with a clock that is moved.</summary>
internal sealed class JobTests
{
    private static readonly IOptions<JobOptions> s_options = Options.Create(new JobOptions { PollInterval = TimeSpan.FromMilliseconds(20), Attempts = 3, Workers = 2 });

    private readonly ShiftedClock _clock = new();
    private NpgsqlDataSource _database = null!;
    private JobStore _jobs = null!;
    private string _kind = "";

    [OneTimeSetUp]
    public async Task CreateDatabaseAsync()
    {
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        _database = NpgsqlDataSource.Create(await (await Stores.SharedAsync()).NewDatabaseAsync("jobs") + ";Pooling=false");
        await new SchemaMigrator(_database, TimeProvider.System, NullLogger<SchemaMigrator>.Instance).MigrateAsync("chat", typeof(JobStore).Assembly, default);
    }

    [OneTimeTearDown]
    public async Task CloseAsync() => await _database.DisposeAsync();

    [SetUp]
    public void NewKind()
    {
        _clock.Shift = TimeSpan.Zero;
        _jobs = new JobStore(_database, new IdFactory(_clock), _clock, s_options);
        _kind = $"kind-{Guid.NewGuid():N}";
    }

    [Test]
    public async Task A_job_is_asked_for_with_the_commit_of_what_it_belongs_to()
    {
        var owned = new OwnedDatabase(_database, _clock).For("ada");
        await using (var rolledBack = await owned.BeginAsync(default))
            await _jobs.AskAsync(rolledBack, _kind, "ada", Guid.NewGuid(), default);
        (await TakeAsync()).ShouldBeNull();

        var subject = Guid.NewGuid();
        await using (var committed = await owned.BeginAsync(default))
        {
            await _jobs.AskAsync(committed, _kind, "ada", subject, default);
            (await TakeAsync()).ShouldBeNull();
            await committed.CommitAsync(default);
        }

        var job = (await TakeAsync()).ShouldNotBeNull();
        (job.Subject, job.UserId, job.Attempts).ShouldBe((subject, "ada", 1));
        (await TakeAsync()).ShouldBeNull("it is taken");
        await _jobs.CompleteAsync(job, default);
        _clock.Shift = TimeSpan.FromDays(1);
        (await TakeAsync()).ShouldBeNull("it is done");
    }

    [Test]
    public async Task A_dead_worker_s_job_is_another_s_and_the_dead_one_has_no_say()
    {
        await _jobs.AskAsync(null, _kind, "ada", Guid.NewGuid(), default);
        var first = (await TakeAsync()).ShouldNotBeNull();
        _clock.Shift = s_options.Value.Lease / 2;
        (await _jobs.RenewAsync(first, default)).ShouldBeTrue();
        _clock.Shift = s_options.Value.Lease * 1.2;
        (await TakeAsync()).ShouldBeNull("it was renewed");
        _clock.Shift = s_options.Value.Lease * 2;

        var second = (await TakeAsync()).ShouldNotBeNull();
        second.Attempts.ShouldBe(2);
        (await _jobs.RenewAsync(first, default)).ShouldBeFalse();
        await _jobs.CompleteAsync(first, default);
        await _jobs.GiveUpAsync(first, "late", default);
        (await _jobs.RenewAsync(second, default)).ShouldBeTrue();
    }

    [Test]
    public async Task What_fails_is_tried_again_after_pauses_that_grow_then_given_up_and_told()
    {
        var subject = Guid.NewGuid();
        var told = new TaskCompletionSource<string>();
        var attempts = new ConcurrentQueue<int>();
        await using var worker = await StartAsync(
            run: (job, _) =>
            {
                attempts.Enqueue(job.Attempts);
                throw new IOException($"attempt {job.Attempts}");
            },
            giveUp: (_, reason) => told.TrySetResult(reason));
        await _jobs.AskAsync(null, _kind, "ada", subject, default);

        foreach (var expected in (int[])[1, 2, 3])
        {
            await Eventually.BecomesAsync(() => Task.FromResult(attempts.Count), count => count == expected);
            await Eventually.BecomesAsync(() => ScalarAsync<string>("error", subject), error => error == $"attempt {expected}");
            if (expected < 3)
                (await ScalarAsync<DateTime>("due_at", subject)).ShouldBeGreaterThan(_clock.GetUtcNow().UtcDateTime.AddSeconds((1 << (expected - 1)) - 0.9));
            _clock.Shift += TimeSpan.FromSeconds(5);
        }

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe("attempt 3");
        (await ScalarAsync<DateTime?>("failed_at", subject)).ShouldNotBeNull();
        attempts.ShouldBe([1, 2, 3]);

        // Asked for again it starts anew.
        await _jobs.AskAsync(null, _kind, "ada", subject, default);
        await Eventually.BecomesAsync(() => Task.FromResult(attempts.Count), count => count == 4);
        attempts.Last().ShouldBe(1);
    }

    [Test]
    public async Task What_can_t_be_done_is_given_up_at_once_and_what_kills_its_workers_too()
    {
        var told = new ConcurrentDictionary<Guid, string>();
        var (hopeless, deadly) = (Guid.NewGuid(), Guid.NewGuid());
        await _jobs.AskAsync(null, _kind, "ada", deadly, default);
        for (var attempt = 0; attempt < s_options.Value.Attempts; attempt++)
        {
            (await TakeAsync()).ShouldNotBeNull().Attempts.ShouldBe(attempt + 1);
            _clock.Shift += s_options.Value.Lease * 2;
        }

        await using var worker = await StartAsync(run: (_, _) => throw new JobFailedException("It is encrypted."), giveUp: (job, reason) => told[job.Subject] = reason);
        await _jobs.AskAsync(null, _kind, "ada", hopeless, default);

        await Eventually.BecomesAsync(() => Task.FromResult(told.Count), count => count == 2);
        told[hopeless].ShouldBe("It is encrypted.");
        told[deadly].ShouldContain("ended the process");
    }

    [Test]
    public async Task Users_take_turns()
    {
        var users = new ConcurrentQueue<string>();
        for (var i = 0; i < 20; i++)
            await _jobs.AskAsync(null, _kind, "many-" + _kind, Guid.NewGuid(), default);
        await _jobs.AskAsync(null, _kind, "one-" + _kind, Guid.NewGuid(), default);

        for (var i = 0; i < 3; i++)
        {
            var job = (await TakeAsync()).ShouldNotBeNull();
            users.Enqueue(job.UserId);
            await _jobs.CompleteAsync(job, default);
        }

        users.ShouldContain("one-" + _kind);
    }

    [Test]
    public async Task What_is_asked_for_while_it_runs_is_done_once_more()
    {
        var subject = Guid.NewGuid();
        await _jobs.AskAsync(null, _kind, "ada", subject, default);
        await _jobs.AskAsync(null, _kind, "ada", subject, default);
        var job = (await TakeAsync()).ShouldNotBeNull();
        (await TakeAsync()).ShouldBeNull("twice the same is once");

        await _jobs.AskAsync(null, _kind, "ada", subject, default);
        (await TakeAsync()).ShouldBeNull("it runs");
        await _jobs.CompleteAsync(job, default);

        var again = (await TakeAsync()).ShouldNotBeNull();
        again.Attempts.ShouldBe(1);
        await _jobs.CompleteAsync(again, default);
        (await TakeAsync()).ShouldBeNull();
    }

    [Test]
    public async Task Many_workers_do_each_job_once()
    {
        var done = new ConcurrentBag<Guid>();
        var subjects = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToList();
        await using var first = await StartAsync((job, _) => { done.Add(job.Subject); return Task.CompletedTask; });
        await using var second = await StartAsync((job, _) => { done.Add(job.Subject); return Task.CompletedTask; });
        foreach (var subject in subjects)
            await _jobs.AskAsync(null, _kind, $"user-{subject.GetHashCode() % 3}", subject, default);

        await Eventually.BecomesAsync(() => Task.FromResult(done.Count), count => count >= subjects.Count);
        done.ShouldBe(subjects, ignoreOrder: true);
    }

    [Test]
    public async Task A_worker_that_stops_gives_its_job_back()
    {
        var subject = Guid.NewGuid();
        var begun = new TaskCompletionSource();
        var worker = await StartAsync(async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await _jobs.AskAsync(null, _kind, "ada", subject, default);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await worker.DisposeAsync();

        (await TakeAsync()).ShouldNotBeNull().Attempts.ShouldBe(1);
    }

    private Task<Job?> TakeAsync() => _jobs.TakeAsync([_kind], default);

    private async Task<T?> ScalarAsync<T>(string column, Guid subject)
    {
        await using var connection = await _database.OpenConnectionAsync();
        return await Dapper.SqlMapper.ExecuteScalarAsync<T>(connection, $"SELECT {column} FROM chat.jobs WHERE subject = @subject", new { subject });
    }

    private async Task<RunningWorker> StartAsync(Func<Job, CancellationToken, Task> run, Action<Job, string>? giveUp = null)
    {
        var worker = new JobWorker(_jobs, [new Handler(_kind, run, giveUp)], _clock, s_options, NullLogger<JobWorker>.Instance);
        await worker.StartAsync(default);
        return new RunningWorker(worker);
    }

    private sealed class RunningWorker(JobWorker worker) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await worker.StopAsync(default);
            worker.Dispose();
        }
    }

    private sealed class Handler(string kind, Func<Job, CancellationToken, Task> run, Action<Job, string>? giveUp) : IJobHandler
    {
        public string Kind => kind;

        public Task RunAsync(Job job, CancellationToken cancellationToken) => run(job, cancellationToken);

        public Task GiveUpAsync(Job job, string reason, CancellationToken cancellationToken)
        {
            giveUp?.Invoke(job, reason);
            return Task.CompletedTask;
        }
    }
}
