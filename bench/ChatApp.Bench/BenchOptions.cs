using System.Globalization;
using ChatApp.Bench.Models;

namespace ChatApp.Bench;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Usage: dotnet run -c Release --project bench/ChatApp.Bench -- [options]
          --shape NAME        qwen2.5-0.5b (default), smollm2-135m, llama-3.2-1b
          --model FOLDER      a model folder instead of a random one
          --parts LIST        of bare,engine,http,prefix,gap,prefill,growth (default: all)
          --streams LIST      concurrent streams (default 1,2,4,8,16)
          --prompt N          prompt tokens per stream (default 64)
          --tokens N          tokens generated per stream (default 64)
          --rounds N          rounds whose median is reported (default 3)
          --chunk N           prompt tokens per step of the engine (default 256)
          --context N         longest sequence of the engine (default 8192)
          --port N            port of the measured service (default: a free one)
          --threads N         threads of a model run (default: physical cores)
          --requests N        short requests of the growth part (default 5000)
          --against URL       also measure another OpenAI-compatible server, fed the same prompts (--against-model NAME)
          --cache FOLDER      where random models are kept (default: the system's temporary folder)
          --out FOLDER        where bench.json and bench.svg go (default: the current folder)

           or: dotnet run -c Release --project bench/ChatApp.Bench -- turns MODELFOLDER [ROUNDS]
               what a turn adds to the time to first token, against asking the inference service directly
        """;

    public string? Model { get; init; }
    public IReadOnlyList<string> Parts { get; init; } = ["bare", "engine", "http", "prefix", "gap", "prefill", "growth"];
    public IReadOnlyList<int> Streams { get; init; } = [1, 2, 4, 8, 16];
    public int Prompt { get; init; } = 64;
    public int Tokens { get; init; } = 64;
    public int Rounds { get; init; } = 3;
    public int Chunk { get; init; } = 256;
    public int Context { get; init; } = 8192;
    public int Port { get; init; }
    public int Threads { get; init; }
    public int Requests { get; init; } = 5000;
    public Uri? Against { get; init; }
    public string? AgainstModel { get; init; }
    public string Cache { get; init; } = Path.Combine(Path.GetTempPath(), "chatapp-bench");
    public string Out { get; init; } = ".";

    public ModelShape ModelShape { get; private init; } = ModelShape.Published[0];

    public bool Has(string part) => Parts.Contains(part);

    /// <exception cref="FormatException">Says which option is wrong.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--shape" => options with { ModelShape = ShapeOf(value) },
                "--model" => options with { Model = value },
                "--parts" => options with { Parts = value.Split(',') },
                "--streams" => options with { Streams = [.. value.Split(',').Select(Number)] },
                "--prompt" => options with { Prompt = Number(value) },
                "--tokens" => options with { Tokens = Number(value) },
                "--rounds" => options with { Rounds = Number(value) },
                "--chunk" => options with { Chunk = Number(value) },
                "--context" => options with { Context = Number(value) },
                "--port" => options with { Port = Number(value) },
                "--threads" => options with { Threads = Number(value) },
                "--requests" => options with { Requests = Number(value) },
                "--against" => options with { Against = new Uri(value) },
                "--against-model" => options with { AgainstModel = value },
                "--cache" => options with { Cache = value },
                "--out" => options with { Out = value },
                _ => throw new FormatException($"{args[i]} is not an option."),
            };
        }

        return options;
    }

    private static ModelShape ShapeOf(string name) =>
        ModelShape.Published.FirstOrDefault(s => s.Name == name) ?? throw new FormatException($"Shape '{name}' is not known: {string.Join(", ", ModelShape.Published.Select(s => s.Name))}.");

    private static int Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"'{value}' is not a whole number.");
}
