using System.Text;
using System.Text.Json.Nodes;

namespace ChatApp.Tests.Inference.Text;

/// <summary>Writes tokenizer files of a family's shape, with a vocabulary learned from a few sentences.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private const string Corpus =
        "The quick brown fox jumps over the lazy dog. It's the end of the day, isn't it? Numbers: 1234 56789 3.14. "
        + "Hello hello world, the world of the words. Ünïcödé çà et là. function call(name) { return name; }\n\n  indented text\n";

    public TokenizerFolder(JsonObject tokenizer, JsonObject? config = null)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "tokenizer.json"), tokenizer.ToJsonString());
        if (config is not null)
            File.WriteAllText(Path.Combine(Folder, "tokenizer_config.json"), config.ToJsonString());
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "chatapp-tokenizer-" + Guid.NewGuid().ToString("n"));

    /// <summary>Byte-level BPE whose pieces are cut by <paramref name="pattern"/>; null takes GPT-2's own cut.</summary>
    public static JsonObject ByteLevel(string? pattern = null, bool ignoreMerges = false, params string[] special)
    {
        var alphabet = Enumerable.Range(0, 256).Select(b => ByteCharacter((byte)b)).ToList();
        var words = System.Text.RegularExpressions.Regex.Matches(Corpus, @" ?\p{L}+| ?\p{N}+|\s+| ?[^\s\p{L}\p{N}]+")
            .Select(m => Encoding.UTF8.GetBytes(m.Value).Select(ByteCharacter).ToList()).ToList();
        var (vocabulary, merges) = Learn(alphabet, words, 200);
        var preTokenizer = pattern is null
            ? new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true }
            : new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false },
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }),
            };
        return Assemble(vocabulary, merges, special, new JsonObject
        {
            ["normalizer"] = null,
            ["pre_tokenizer"] = preTokenizer,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
        }, model => model["ignore_merges"] = ignoreMerges);
    }

    /// <summary>BPE with byte fallback, spaces written as a mark: in Llama 2's way (a normalizer) or Mistral's newer one (Metaspace).</summary>
    public static JsonObject ByteFallback(bool metaspace, params string[] special)
    {
        var words = Corpus.Split(' ').Select(w => ("\u2581" + w).Select(c => c.ToString()).ToList()).ToList();
        var alphabet = new[] { "<unk>", "<s>", "</s>" }.Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"))
            .Concat(words.SelectMany(w => w).Distinct()).Distinct().ToList();
        var (vocabulary, merges) = Learn(alphabet, words, 200);
        var parts = new JsonObject
        {
            ["normalizer"] = metaspace ? null : new JsonObject
            {
                ["type"] = "Sequence",
                ["normalizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Prepend", ["prepend"] = "\u2581" },
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "\u2581" }),
            },
            ["pre_tokenizer"] = metaspace
                ? new JsonObject { ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = "first", ["split"] = false }
                : null,
            ["decoder"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["decoders"] = new JsonArray(
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "\u2581" }, ["content"] = " " },
                    new JsonObject { ["type"] = "ByteFallback" },
                    new JsonObject { ["type"] = "Fuse" },
                    new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            },
        };
        return Assemble(vocabulary, merges, [.. new[] { "<s>", "</s>" }, .. special], parts, model =>
        {
            model["byte_fallback"] = true;
            model["unk_token"] = "<unk>";
            model["fuse_unk"] = true;
        });
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static JsonObject Assemble(List<string> vocabulary, List<(string, string)> merges, string[] special, JsonObject parts, Action<JsonObject> adjust)
    {
        var vocab = new JsonObject();
        foreach (var entry in vocabulary)
            vocab[entry] = vocab.Count;
        var model = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = vocab,
            ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)$"{m.Item1} {m.Item2}")]),
        };
        adjust(model);
        var next = vocabulary.Count;
        var added = special.Select(s => (JsonNode)new JsonObject
        {
            ["id"] = vocabulary.IndexOf(s) is >= 0 and var known ? known : next++,
            ["content"] = s,
            ["special"] = !s.StartsWith('~'),
            ["lstrip"] = false,
            ["rstrip"] = s.EndsWith("rstrip|>", StringComparison.Ordinal),
            ["single_word"] = false,
            ["normalized"] = false,
        });
        parts["version"] = "1.0";
        parts["added_tokens"] = new JsonArray([.. added]);
        parts["model"] = model;
        return parts;
    }

    private static (List<string> Vocabulary, List<(string, string)> Merges) Learn(List<string> alphabet, List<List<string>> words, int count)
    {
        var vocabulary = new List<string>(alphabet);
        var merges = new List<(string, string)>();
        while (merges.Count < count)
        {
            var best = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p).Where(g => !vocabulary.Contains(g.Key.First + g.Key.Second))
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.First + " " + g.Key.Second, StringComparer.Ordinal).FirstOrDefault();
            if (best is null)
                break;
            var (left, right) = best.Key;
            vocabulary.Add(left + right);
            merges.Add((left, right));
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right)
                        continue;
                    word[i] = left + right;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return (vocabulary, merges);
    }

    private static string ByteCharacter(byte b) =>
        ((char)(b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? b : 256 + b - (b < 33 ? 0 : b < 161 ? 94 : 106))).ToString();
}
