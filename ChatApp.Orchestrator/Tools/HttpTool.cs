using System.Net.Http.Headers;
using System.Text;

namespace ChatApp.Orchestrator.Tools;

/// <summary>A configured endpoint as a tool. A repeated call carries the same <c>Idempotency-Key</c>.</summary>
internal sealed class HttpTool(ToolDefinition definition, Uri url, IHttpClientFactory clients, int longestResult) : ITool
{
    /// <summary>The name of its HTTP client.</summary>
    public const string HttpClientName = "tools";

    public ToolDefinition Definition { get; } = definition;

    public async Task<string> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(invocation.Arguments.GetRawText(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("Idempotency-Key", invocation.CallId);
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
