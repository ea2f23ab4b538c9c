using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatApp.Inference.Constraints;
using ChatApp.Inference.Constraints.Schemas;
using ChatApp.Inference.Text;

namespace ChatApp.Bench;

/// <summary>
/// What a mask costs per token, with a made-up byte-level vocabulary of 150,000 entries (words, CJK, punctuation, code): <c>masks</c>.
/// The first pass over a schema pays for its automaton; later texts, different ones, are what a warm service sees.
/// </summary>
internal static class MaskCost
{
    private const int Size = 150_000;
    private const string Punctuation = "{}[]()<>\"'`:;,.!?/\\|=+-*&^%$#@~_ \n\t";

    private static readonly (string Name, string Schema)[] _schemas =
    [
        ("object", """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array","items":{"type":"string"},"maxItems":5}},"required":["name","age","tags"],"additionalProperties":false}"""),
        ("bounded strings", """{"type":"array","items":{"type":"string","minLength":10,"maxLength":200},"maxItems":8}"""),
        ("pattern", """{"type":"array","items":{"type":"string","pattern":"^[A-Za-z ]{5,60}-[0-9]{3,6}$"},"maxItems":6}"""),
        ("json_object", "{}"),
    ];

    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-masks").FullName;
        try
        {
            var tokenizer = MakeTokenizer(folder);
            var watch = Stopwatch.StartNew();
            var vocabulary = new Vocabulary(tokenizer, new HashSet<int>());
            Console.WriteLine($"vocabulary {tokenizer.VocabularySize}, laid out in {watch.ElapsedMilliseconds} ms");
            Console.WriteLine("schema           pass      tokens   mean µs   p50 µs   p95 µs   p99 µs    max µs");
            foreach (var (name, text) in _schemas)
            {
                using var schema = JsonDocument.Parse(text);
                var grammar = new CompiledGrammar(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), vocabulary, [0]);
                Pass(tokenizer, grammar, name, "first", seed: 1, texts: 4);
                Pass(tokenizer, grammar, name, "warming", seed: 2, texts: 30);
                Pass(tokenizer, grammar, name, "warm", seed: 3, texts: 30);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Pass(Tokenizer tokenizer, CompiledGrammar grammar, string name, string pass, int seed, int texts)
    {
        var random = new Random(seed);
        var times = new List<double>();
        var mask = new ulong[(tokenizer.VocabularySize + 63) / 64];
        for (var text = 0; text < texts; text++)
        {
            var constraint = grammar.Begin();
            for (var length = 0; length < 150 && !constraint.IsComplete; length++)
            {
                Array.Clear(mask);
                var start = Stopwatch.GetTimestamp();
                constraint.TryGetMask(mask);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                var token = Pick(mask, random);
                if (token == 0)
                    break;
                start = Stopwatch.GetTimestamp();
                constraint.Accept(token);
                times[^1] += Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
        }
        times.Sort();
        double At(double share) => times[Math.Min(times.Count - 1, (int)(times.Count * share))];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-16} {pass,-8} {times.Count,7} {times.Average(),9:F1} {At(.5),8:F1} {At(.95),8:F1} {At(.99),8:F1} {times[^1],9:F1}"));
    }

    /// <summary>Any allowed token; now and then one of a single byte, so that strings end and structure appears.</summary>
    private static int Pick(ulong[] mask, Random random)
    {
        if (random.Next(6) == 0)
        {
            var bytes = Enumerable.Range(1, 256).Where(i => (mask[i >> 6] >> (i & 63) & 1) != 0).ToList();
            if (bytes.Count > 0)
                return bytes[random.Next(bytes.Count)];
        }
        var start = random.Next(mask.Length * 64);
        for (var i = 0; i < mask.Length * 64; i++)
        {
            var id = (start + i) % (mask.Length * 64);
            if ((mask[id >> 6] >> (id & 63) & 1) != 0)
                return id;
        }
        return 0;
    }

    private static Tokenizer MakeTokenizer(string folder)
    {
        var random = new Random(11);
        var entries = new HashSet<string>(StringComparer.Ordinal) { "<|end|>" };
        for (var b = 0; b < 256; b++)
            entries.Add(Mapped([(byte)b]));
        while (entries.Count < Size)
            entries.Add(Mapped(Encoding.UTF8.GetBytes(Word(random))));
        using (var file = File.Create(Path.Combine(folder, "tokenizer.json")))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteStartArray("added_tokens");
            json.WriteStartObject();
            json.WriteNumber("id", 0);
            json.WriteString("content", "<|end|>");
            json.WriteBoolean("special", true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("decoder");
            json.WriteString("type", "ByteLevel");
            json.WriteEndObject();
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteStartObject("vocab");
            var id = 0;
            foreach (var entry in entries)
                json.WriteNumber(entry, id++);
            json.WriteEndObject();
            json.WriteStartArray("merges");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Tokenizer.Load(folder);
    }

    private static string Word(Random random)
    {
        var kind = random.Next(100);
        var length = 2 + random.Next(9);
        return kind switch
        {
            < 70 => (random.Next(2) == 0 ? " " : "") + Letters(random, length),
            < 82 => string.Concat(Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (char)(0x4E00 + random.Next(4000)))),
            < 90 => string.Concat(Enumerable.Range(0, 2 + random.Next(5)).Select(_ => Punctuation[random.Next(Punctuation.Length)])),
            < 96 => "_."[random.Next(2)] + Letters(random, length) + "(\"".AsSpan(0, random.Next(3)).ToString(),
            _ => new string(' ', random.Next(1, 40)) + Letters(random, 1),
        };
    }

    private static string Letters(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(i => (char)((i == 0 && random.Next(4) == 0 ? 'A' : 'a') + random.Next(26))));

    private static string Mapped(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
            text.Append(ByteLevelAlphabet.ToCharacter(b));
        return text.ToString();
    }
}
