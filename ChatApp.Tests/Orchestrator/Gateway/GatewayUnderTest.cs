using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ChatApp.Orchestrator;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Logging;
using ChatApp.Orchestrator.Metering;
using ChatApp.Tests.Orchestrator.Upstreams;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ChatApp.Tests.Orchestrator.Gateway;

/// <summary>The gateway as the orchestrator registers it, over a configuration that a test can change, with its log and ledger in reach.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ReloadableSettings _settings;
    private readonly List<IHostedService> _hosted = [];

    private GatewayUnderTest(IReadOnlyDictionary<string, string?> settings, string redis, TimeProvider time)
    {
        _settings = new ReloadableSettings(settings);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Add(_settings).Build());
        services.AddSingleton(time);
        services.AddSingleton<IGenerationLedger>(Ledger);
        var connection = ConfigurationOptions.Parse(redis);
        (connection.AbortOnConnectFail, connection.ConnectTimeout, connection.BacklogPolicy) = (false, 1000, BacklogPolicy.FailFast);
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(connection));
        services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Trace));
        services.AddGateway();
        _services = services.BuildServiceProvider();
    }

    internal RecordingLedger Ledger { get; } = new();

    internal RecordingLogs Logs { get; } = new();

    public ModelGateway Gateway => _services.GetRequiredService<ModelGateway>();

    public ModelCatalogue Catalogue => _services.GetRequiredService<ModelCatalogue>();

    public CompletionForwarding Forwarding => _services.GetRequiredService<CompletionForwarding>();

    public GatewaySettings Settings => _services.GetRequiredService<GatewaySettings>();

    public UpstreamBoard Board => _services.GetRequiredService<UpstreamBoard>();

    /// <summary>One model, <c>m</c>, at the upstreams <c>a</c>, <c>b</c>... in this order, with timeouts that only a test that waits for them meets.</summary>
    public static Dictionary<string, string?> Over(params ModelServer[] servers)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Gateway:ConnectTimeout"] = "00:00:01",
            ["Gateway:FirstTokenTimeout"] = "00:00:20",
            ["Gateway:TokenTimeout"] = "00:00:20",
            ["Gateway:AnswerTimeout"] = "00:00:20",
            ["Gateway:QueuePatience"] = "00:00:00.2",
            ["Gateway:Models:0:Id"] = "m",
            ["Gateway:Models:0:InputPrice"] = "10",
            ["Gateway:Models:0:CachedInputPrice"] = "1",
            ["Gateway:Models:0:OutputPrice"] = "30",
        };
        for (var i = 0; i < servers.Length; i++)
        {
            var name = ((char)('a' + i)).ToString();
            settings[$"Gateway:Upstreams:{name}:BaseUrl"] = servers[i].Url;
            settings[$"Gateway:Upstreams:{name}:Kind"] = "Vllm";
            settings[$"Gateway:Models:0:Routes:{i}:Upstream"] = name;
            settings[$"Gateway:Models:0:Routes:{i}:Priority"] = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return settings;
    }

    /// <summary>A gateway over any settings; without Redis where none is given.</summary>
    public static GatewayUnderTest Over(IReadOnlyDictionary<string, string?> settings, string redis = "127.0.0.1:1", TimeProvider? time = null) => new(settings, redis, time ?? TimeProvider.System);

    public void Set(string name, string? value) => _settings.Change(name, value);

    public async Task StartAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
            _hosted.Add(hosted);
        }
    }

    /// <summary>A turn's answer, its usage, and how it failed if it did.</summary>
    public async Task<(string Text, ChatDelta? Last, UpstreamException? Failure)> AskAsync(
        string text = "hi", string model = "m", string? conversation = null, CancellationToken cancellationToken = default)
    {
        var answer = new StringBuilder();
        ChatDelta? last = null;
        var request = new ModelRequest { Model = model, Messages = [new ChatMessage(ChatRole.User, text)], User = "u", Conversation = conversation };
        try
        {
            await foreach (var delta in Gateway.StreamChatAsync(request, cancellationToken))
            {
                answer.Append(delta.Text);
                last = delta;
            }
        }
        catch (UpstreamException exception)
        {
            return (answer.ToString(), last, exception);
        }

        return (answer.ToString(), last, null);
    }

    /// <summary>The JSON objects of a stateless call.</summary>
    public async Task<List<JsonElement>> ForwardAsync(object body, string operation = "chat.completions", string owner = "u")
    {
        var chunks = new List<JsonElement>();
        await foreach (var chunk in Forwarding.ForwardAsync(owner, operation, JsonSerializer.SerializeToUtf8Bytes(body), CancellationToken.None))
            chunks.Add(JsonDocument.Parse(chunk).RootElement.Clone());
        return chunks;
    }

    public static string TextOf(IEnumerable<JsonElement> chunks) => string.Concat(chunks
        .Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0)
        .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _hosted)
            await hosted.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    internal sealed class RecordingLedger : IGenerationLedger
    {
        public ConcurrentQueue<(string Owner, GenerationRecord Generation)> All { get; } = new();

        public GenerationRecord Single => All.Single().Generation;

        public Task RecordAsync(string owner, GenerationRecord generation, CancellationToken cancellationToken)
        {
            All.Enqueue((owner, generation));
            return Task.CompletedTask;
        }
    }

    internal sealed class RecordingLogs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }

    private sealed class ReloadableSettings : ConfigurationProvider, IConfigurationSource
    {
        public ReloadableSettings(IReadOnlyDictionary<string, string?> settings)
        {
            foreach (var (name, value) in settings)
                Data[name] = value;
        }

        public void Change(string name, string? value)
        {
            if (value is null)
                Data.Remove(name);
            else
                Data[name] = value;
            OnReload();
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }
}
