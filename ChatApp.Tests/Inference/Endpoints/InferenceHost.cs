using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChatApp.Inference;
using ChatApp.Inference.Endpoints;
using ChatApp.Inference.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Inference.Endpoints;

/// <summary>The inference service over the smallest bundled model, on a real Kestrel on loopback.</summary>
internal sealed class InferenceHost : IAsyncDisposable
{
    /// <summary>The setting with which texts are embedded too.</summary>
    public static (string Key, string Value) Encoder { get; } = ("Inference:Embeddings:ModelPath", Path.Combine(AppContext.BaseDirectory, "encoders", "snowflake-arctic-embed-xs"));

    private InferenceHost(WebApplication app)
    {
        App = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public ServedModel Model => App.Services.GetRequiredService<ModelCatalog>().Models[0];

    public static async Task<InferenceHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Inference:Models:0:Path"] = NanoModel.Folder,
            ["Inference:Models:0:Id"] = "nano",
            ["Inference:Embeddings:ModelPath"] = "",
            ["Inference:Engine:Device"] = "Cpu",
            ["Inference:Engine:IntraOpThreads"] = "1",
            ["Inference:Engine:KvCacheBytes"] = (64 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Inference:Engine:PrefixCacheBytes"] = (16 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Inference:Engine:MaxSequences"] = "4",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddServiceDefaults();
        builder.AddInference();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOpenAIApi();
        await app.StartAsync();
        var host = new InferenceHost(app);
        await Eventually.HoldsAsync(async () => (await host.Client.GetAsync("/health")).IsSuccessStatusCode || host.HasFailed, patience: TimeSpan.FromSeconds(60));
        return host;
    }

    public bool HasFailed => App.Services.GetRequiredService<ModelCatalog>() is { IsLoaded: true, Models.Count: 0 };

    public Task<HttpResponseMessage> PostAsync(string path, string body, CancellationToken cancellationToken = default) =>
        SendAsync(path, new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), cancellationToken);

    public async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Posts and reads the answer, whatever its status.</summary>
    public async Task<(int Status, JsonElement Body)> AskAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Posts and reads the events of a stream, without the last <c>[DONE]</c>, which must be there.</summary>
    public async Task<List<JsonElement>> StreamAsync(string path, string body)
    {
        using var response = await PostAsync(path, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream", await Peek(response));
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => !e.StartsWith(':')).ToList();
        events[^1].ShouldBe("data: [DONE]");
        return [.. events[..^1].Select(e =>
        {
            e.ShouldStartWith("data: {");
            using var document = JsonDocument.Parse(e["data: ".Length..]);
            return document.RootElement.Clone();
        })];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }

    private static async Task<string> Peek(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
}
