using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Api;

/// <summary>Clients that leave before they have their answer.</summary>
public sealed class LeavingTests
{
    [TestCase("/v1/chat/completions", """{"model":"scripted","messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("/v1/chat/completions", """{"model":"scripted","stream":true,"messages":[{"role":"user","content":"hi"}]}""")]
    [TestCase("/v1/embeddings", """{"model":"scripted","input":"hi"}""")]
    [TestCase("/api/turns", """{"model":"scripted","content":"hi"}""")]
    public async Task A_client_that_leaves_is_no_failure_and_no_line_in_the_log(string path, string body)
    {
        await using var orchestrator = await ScriptedOrchestrator.StartAsync();
        orchestrator.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var logs = new Logs();
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var edge = await EdgeHost.StartAsync(await EdgeStores.NewDatabaseAsync(), new Dictionary<string, string?> { ["services:orchestrator:grpc:0"] = orchestrator.Address }, builder =>
        {
            builder.Logging.AddProvider(logs);
            builder.Services.AddSingleton<IStartupFilter>(new WhenOver(path, over));
        });
        using var nobody = edge.Client();
        var token = (await nobody.PostAsync("/api/auth/guest", new { }))["access_token"];
        using (var http = new HttpClient { BaseAddress = edge.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } })
        {
            using var leave = new CancellationTokenSource();
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var asked = http.PostAsync(path, content, leave.Token);
            await Eventually.HoldsAsync(() => orchestrator.Started == 1);
            await leave.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => asked);
        }

        await over.Task.WaitAsync(TimeSpan.FromSeconds(30));
        logs.Lines.ShouldBeEmpty();
    }

    private sealed class WhenOver(string path, TaskCompletionSource over) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, go) =>
            {
                var isIt = context.Request.Path == path;
                try
                {
                    await go(context);
                }
                finally
                {
                    if (isIt)
                        over.TrySetResult();
                }
            });
            next(app);
        };
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
