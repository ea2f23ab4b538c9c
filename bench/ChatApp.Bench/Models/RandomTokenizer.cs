using System.Text;
using System.Text.Json;

namespace ChatApp.Bench.Models;

/// <summary>A byte-level tokenizer without merges for a random model: every byte is a token, the rest of the vocabulary are made-up words.</summary>
internal static class RandomTokenizer
{
    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    public static string Json(ModelShape shape)
    {
        var vocabulary = new Dictionary<string, int>();
        foreach (var token in Special)
            vocabulary.Add(token, vocabulary.Count);
        foreach (var letter in ByteAlphabet())
            vocabulary.Add(letter.ToString(), vocabulary.Count);
        for (var word = 0; vocabulary.Count < shape.Vocabulary; word++)
            vocabulary.TryAdd(Word(word), vocabulary.Count);

        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = Special.Select((content, id) => new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            normalizer = (object?)null,
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = true },
            post_processor = (object?)null,
            decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = true },
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (object?)null,
                continuing_subword_prefix = "",
                end_of_word_suffix = "",
                fuse_unk = false,
                byte_fallback = false,
                vocab = vocabulary,
                merges = Array.Empty<string>(),
            },
        });
    }

    public static string ConfigJson() => JsonSerializer.Serialize(new
    {
        tokenizer_class = "PreTrainedTokenizerFast",
        add_bos_token = false,
        bos_token = Special[0],
        eos_token = Special[2],
        pad_token = Special[0],
        chat_template = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    });

    /// <summary>GPT-2's printable stand-ins for the 256 bytes.</summary>
    private static IEnumerable<char> ByteAlphabet()
    {
        var next = 256;
        for (var b = 0; b < 256; b++)
            yield return b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
    }

    private static string Word(int number)
    {
        // U+0120 stands for the space that begins a word.
        var word = new StringBuilder("\u0120");
        for (var rest = number + 26; rest > 0; rest /= 26)
            word.Append((char)('a' + rest % 26));
        return word.ToString();
    }
}
