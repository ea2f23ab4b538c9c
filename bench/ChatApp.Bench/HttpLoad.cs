using System.Diagnostics;
using System.Net.Http.Json;

namespace ChatApp.Bench;

/// <summary>Streams against an OpenAI-compatible server: <c>/v1/completions</c> with server-sent events.</summary>
internal sealed class HttpLoad(Uri server, string model, bool tokenPrompts) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = server, Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Runs streams that start together, each with a prompt of its own.</summary>
    public async Task<LoadResult> Run(int streams, int prompt, int tokens, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        return LoadResult.From(await Task.WhenAll(Enumerable.Range(0, streams).Select(i => Stream(prompt, i, tokens, clock, cancellationToken))));
    }

    public void Dispose() => _http.Dispose();

    private async Task<StreamTimes> Stream(int prompt, int seed, int tokens, Stopwatch clock, CancellationToken cancellationToken)
    {
        object text = tokenPrompts ? Prompts.Tokens(prompt, seed) : Prompts.Text(prompt, seed);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/completions")
        {
            Content = JsonContent.Create(new { model, prompt = text, max_tokens = tokens, temperature = 0, stream = true, ignore_eos = true }),
        };
        var times = new StreamTimes(clock.Elapsed.TotalMilliseconds, new List<double>(tokens));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");

        using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 << 10];
        var held = 0;
        while (await body.ReadAsync(buffer.AsMemory(held), cancellationToken) is var read and > 0)
        {
            var now = clock.Elapsed.TotalMilliseconds;
            var rest = buffer.AsSpan(0, held + read);
            for (var end = rest.IndexOf("\n\n"u8); end >= 0; end = rest.IndexOf("\n\n"u8))
            {
                if (IsToken(rest[..end]))
                    times.Tokens.Add(now);
                rest = rest[(end + 2)..];
            }

            held = rest.Length;
            rest.CopyTo(buffer);
        }

        return times.Tokens.Count > 1 ? times : throw new InvalidDataException("The server streamed no tokens.");
    }

    /// <summary>An event with a choice is a token, whether or not its text is complete; usage and the end mark are none.</summary>
    private static bool IsToken(ReadOnlySpan<byte> line) => line.StartsWith("data: {"u8) && line.IndexOf("\"text\":"u8) >= 0;
}
