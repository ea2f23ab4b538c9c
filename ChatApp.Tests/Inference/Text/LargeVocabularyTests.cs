using System.Text;
using System.Text.Json;
using ChatApp.Inference.Text;

namespace ChatApp.Tests.Inference.Text;

/// <summary>A vocabulary of the size of Llama 3's and as many merges, made up: exact, and quick whatever the text.</summary>
[TestFixture]
internal sealed class LargeVocabularyTests
{
    private const int Size = 128_000;
    private const string Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly Dictionary<(string, string), int> _ranks = [];
    private readonly List<string> _words = [];
    private string _folder = null!;
    private Tokenizer _tokenizer = null!;

    [OneTimeSetUp]
    public void Load()
    {
        _folder = Directory.CreateTempSubdirectory("chatapp-large").FullName;
        Write(Path.Combine(_folder, "tokenizer.json"));
        _tokenizer = Tokenizer.Load(_folder);
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Tokens_are_those_of_merging_the_lowest_rank_first()
    {
        var random = new Random(5);
        for (var round = 0; round < 400; round++)
        {
            var word = string.Concat(Enumerable.Range(0, 1 + random.Next(4)).Select(_ => _words[random.Next(_words.Count)].Trim()));
            var ids = _tokenizer.Encode(word, parseSpecial: false);
            // Merged apart from the tokenizer's cuts, so only words that are one piece tell.
            if (!word.All(char.IsAsciiLetterLower))
                continue;
            ids.Select(_tokenizer.TokenText).ShouldBe(MergedPlainly(word), word);
        }
    }

    [Test]
    public void Any_text_comes_back_and_control_tokens_only_from_templates()
    {
        var random = new Random(6);
        for (var round = 0; round < 200; round++)
        {
            var text = Prose(random, 200) + (round % 2 == 0 ? "<|eot|>é日本😀\u0301\0" : "\n\n\t ");
            var plain = _tokenizer.Encode(text, parseSpecial: false);
            _tokenizer.Decode(plain, skipSpecial: false).ShouldBe(text);
            plain.ShouldNotContain(Size);
            var parsed = _tokenizer.Encode(text, parseSpecial: true);
            parsed.Count(id => id == Size).ShouldBe(round % 2 == 0 ? 1 : 0);
            _tokenizer.Decode(parsed, skipSpecial: false).ShouldBe(text);
        }
    }

    [TestCase('a'), TestCase(' '), TestCase('\n'), TestCase('字'), TestCase('!')]
    public void A_megabyte_of_one_letter_is_no_quadratic_work(char letter)
    {
        ProcessorTime.Least(() => _tokenizer.Encode(new string(letter, 1 << 20), parseSpecial: true).Length.ShouldBeGreaterThan(0)).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void A_prompt_of_a_hundred_thousand_characters_is_no_quadratic_work()
    {
        var text = Prose(new Random(7), 100_000);
        ProcessorTime.Least(() => _tokenizer.Encode(text, parseSpecial: true).Length.ShouldBeInRange(10_000, 100_000)).ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    private string Prose(Random random, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(random.Next(12) == 0 ? random.Next(10_000).ToString(System.Globalization.CultureInfo.InvariantCulture) : _words[random.Next(_words.Count)]).Append(random.Next(3) == 0 ? " " : "");
        return text.ToString();
    }

    /// <summary>The definition, written down: again and again the leftmost pair of the lowest rank.</summary>
    private List<string> MergedPlainly(string word)
    {
        var parts = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (_ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && (best < 0 || rank < _ranks[(parts[best], parts[best + 1])]))
                    best = i;
            }
            if (best < 0)
                return parts;
            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }
    }

    /// <summary>Words of letters (a third of them with a space in front), CJK and runs of one letter; each is built up from its first letter by merges.</summary>
    private void Write(string path)
    {
        var random = new Random(4);
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var merges = new List<(string Left, string Right)>();
        for (var b = 0; b < 256; b++)
            vocabulary.Add(ByteLevelAlphabet.ToCharacter((byte)b).ToString(), vocabulary.Count);
        foreach (var run in new[] { new string('a', 16), new string(' ', 32), "\n\n\n\n", "字字字字" })
            Add(run);
        while (vocabulary.Count < Size)
            Add(Word(random));
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteStartArray("added_tokens");
        json.WriteStartObject();
        json.WriteNumber("id", Size);
        json.WriteString("content", "<|eot|>");
        json.WriteBoolean("special", true);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("pre_tokenizer");
        json.WriteRawValue(JsonSerializer.Serialize(new
        {
            type = "Sequence",
            pretokenizers = new object[] { new { type = "Split", pattern = new { Regex = Pattern }, behavior = "Isolated", invert = false }, new { type = "ByteLevel", add_prefix_space = false, use_regex = false } },
        }));
        json.WritePropertyName("decoder");
        json.WriteRawValue("{\"type\":\"ByteLevel\"}");
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteStartObject("vocab");
        foreach (var (entry, id) in vocabulary)
            json.WriteNumber(entry, id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
            json.WriteStringValue($"{left} {right}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();

        void Add(string word)
        {
            _words.Add(word);
            var entry = "";
            foreach (var b in Encoding.UTF8.GetBytes(word))
            {
                var letter = ByteLevelAlphabet.ToCharacter(b).ToString();
                if (entry.Length > 0 && vocabulary.Count < Size && vocabulary.TryAdd(entry + letter, vocabulary.Count))
                {
                    merges.Add((entry, letter));
                    _ranks.Add((entry, letter), _ranks.Count);
                }
                entry += letter;
            }
        }
    }

    private static string Word(Random random) => random.Next(6) switch
    {
        0 => string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => (char)(0x4E00 + random.Next(3000)))),
        1 or 2 => " " + Letters(random),
        _ => Letters(random),
    };

    private static string Letters(Random random) => string.Concat(Enumerable.Range(0, 2 + random.Next(8)).Select(_ => (char)('a' + random.Next(26))));
}
