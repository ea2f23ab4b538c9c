using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using ChatApp.Inference.Engine.Requests;
using ChatApp.Orchestrator.V1;
using Grpc.Core;

namespace ChatApp.Bench;

/// <summary>
/// What a turn adds to the time to first token: the same prompt asked of the inference service directly and, alternating
/// with it, as a turn of the orchestrator, which stores it, numbers its events and shows them. Both prompts have the same
/// messages and the same prefix cached; turns offer no tools here, since the direct call has none.
/// </summary>
internal static class TurnOverhead
{
    private const string Policy = "You are ChatApp, a helpful assistant.";
    private const int WarmUp = 30;

    public static async Task<int> RunAsync(string modelFolder, int rounds)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var options = new EngineOptions { Id = "bench", ModelPath = modelFolder, MaxSequences = 4, KvCacheBytes = 1L << 30, PrefixCacheBytes = 1L << 28 };
        await using var inference = await ServiceProcess.Start(options, 0, CancellationToken.None);
        await using var orchestrator = await OrchestratorService.StartAsync(inference.Address);
        using var http = new HttpClient { BaseAddress = inference.Address };
        var turns = new Turns.TurnsClient(orchestrator.Channel);

        var direct = new List<double>();
        var first = new List<double>();
        var later = new List<double>();
        var added = new List<double>();
        var addedLater = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var question = $"{i + WarmUp} hello, how are you?";
            var alone = await DirectAsync(http, options.Id, [("user", question)]);
            var (turn, conversation, parent, answer) = await TurnAsync(turns, question, "", "");
            var next = $"{i + WarmUp} and what can you do?";
            var aloneLater = await DirectAsync(http, options.Id, [("user", question), ("assistant", answer), ("user", next)]);
            var (second, _, _, _) = await TurnAsync(turns, next, conversation, parent);
            if (i < 0)
                continue;
            direct.Add(alone);
            first.Add(turn);
            later.Add(second);
            added.Add(turn - alone);
            addedLater.Add(second - aloneLater);
        }

        Report("direct", direct);
        Report("first turn", first);
        Report("later turn", later);
        Report("added to a first turn", added);
        Report("added to a later turn", addedLater);
        var holds = At(added, 0.5) <= 10 && At(added, 0.95) <= 30 && At(addedLater, 0.5) <= 10 && At(addedLater, 0.95) <= 30;
        Console.WriteLine($"at most 10 ms at p50 and 30 ms at p95: {(holds ? "holds" : "does not hold")}");
        return holds ? 0 : 1;
    }

    private static async Task<double> DirectAsync(HttpClient http, string model, (string Role, string Content)[] messages)
    {
        var body = new
        {
            model,
            stream = true,
            temperature = 0,
            max_tokens = 8,
            messages = messages.Prepend(("system", Policy)).Select(message => new { role = message.Item1, content = message.Item2 }),
        };
        var clock = Stopwatch.StartNew();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = JsonContent.Create(body) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = 0.0;
        while (await reader.ReadLineAsync() is { } line)
        {
            // The first chunk has the role alone.
            if (first == 0 && line.Contains("\"content\":\"", StringComparison.Ordinal) && !line.Contains("\"content\":\"\"", StringComparison.Ordinal))
                first = clock.Elapsed.TotalMilliseconds;
        }

        return first > 0 ? first : throw new InvalidOperationException("The answer has no text.");
    }

    private static async Task<(double Ms, string Conversation, string AnswerId, string Answer)> TurnAsync(
        Turns.TurnsClient turns, string content, string conversation, string parent)
    {
        var request = new RunTurnRequest
        {
            Content = content,
            ConversationId = conversation,
            ParentId = parent,
            RequestId = Guid.NewGuid().ToString("N"),
            NoTools = true,
            Sampling = new Sampling { Temperature = 0, MaxTokens = 8 },
        };
        var clock = Stopwatch.StartNew();
        var first = 0.0;
        var answer = "";
        using var call = turns.Run(request, OrchestratorService.As("bench"));
        await foreach (var turnEvent in call.ResponseStream.ReadAllAsync())
        {
            if (turnEvent.Started is { } started)
                (conversation, parent) = (started.ConversationId, started.AssistantMessageId);
            if (turnEvent.Ended is { } ended && ended.Status != "Completed")
                throw new InvalidOperationException($"The turn ended as {ended.Status}: {ended.Error?.Message}");
            if (turnEvent.Text is not { } text)
                continue;
            if (first == 0)
                first = clock.Elapsed.TotalMilliseconds;
            answer += text.Text;
        }

        return (first, conversation, parent, answer);
    }

    private static void Report(string what, List<double> values) =>
        Console.WriteLine($"{what}: p50 {At(values, 0.5):F1} ms, p95 {At(values, 0.95):F1} ms, max {values.Max():F1} ms ({values.Count})");

    private static double At(List<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];
    }
}
