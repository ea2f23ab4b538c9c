using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Tools;

/// <summary>A configured endpoint as a function. A repeated call carries the same <c>Idempotency-Key</c>.</summary>
internal sealed class HttpTool(string name, HttpToolOptions options, IHttpClientFactory clients, int longestResult) : AIFunction
{
    /// <summary>The name of its HTTP client.</summary>
    public const string HttpClientName = "tools";

    public override string Name => name;

    public override string Description => options.Description;

    public override JsonElement JsonSchema { get; } = ToolSettings.Schema(options);

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url)
        {
            Content = new StringContent(JsonSerializer.Serialize<IDictionary<string, object?>>(arguments), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("Idempotency-Key", ToolCaller.Of(arguments).CallId);
        try
        {
            using var client = clients.CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new ToolException($"the tool's server answered with status {(int)response.StatusCode}.");
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
            // One more than is given away, so that what is cut is known to be.
            var buffer = new char[longestResult + 1];
            var length = await reader.ReadBlockAsync(buffer, cancellationToken);
            return new string(buffer, 0, length);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new ToolException("the tool's server could not be reached.");
        }
    }
}
