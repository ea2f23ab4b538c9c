"""Byte-level BPE of our own: trains it, writes HuggingFace's `tokenizer.json`, encodes and decodes.

    python3 tokenizer.py ../../models/chatapp-mini ../../models/chatapp-nano

Two choices serve small models that copy from their context. Digits stand alone, so that numbers never seen are
copied digit by digit. And a space joins a word last: " Marlow" is the pieces of "Marlow" with the space merged
into the first one. A name therefore splits alike after a space and after a quote, and copying it from a
sentence into JSON maps one token, not a different split.
"""
import collections
import json
import pathlib
import sys

import regex

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TAGS = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
ADDED = SPECIAL + TAGS
END_OF_TEXT, IM_START, IM_END = 0, 1, 2
SIZE = 4096
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def byte_alphabet():
    """The visible character that stands for each byte in a byte-level vocabulary."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    names, spare = {}, 256
    for b in range(256):
        if b in visible:
            names[b] = chr(b)
        else:
            names[b] = chr(spare)
            spare += 1
    return names


BYTES = byte_alphabet()
SPACE = BYTES[32]


def visible(text):
    """Text as byte-level characters."""
    return "".join(BYTES[b] for b in text.encode("utf-8"))


def learn(words, merges):
    """Classic BPE over a Counter of words; returns the merges in order."""
    pieces = {w: list(w) for w in words}
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for w, p in pieces.items():
        for pair in zip(p, p[1:]):
            pairs[pair] += words[w]
            where[pair].add(w)
    learned = []
    while len(learned) < merges:
        # Ties are broken by the pair itself, so that a rerun gives the same vocabulary.
        best = max(pairs, key=lambda q: (pairs[q], q), default=None)
        if best is None or pairs[best] < 2:
            break
        learned.append(best)
        for w in list(where[best]):
            p, n = pieces[w], words[w]
            for pair in zip(p, p[1:]):
                pairs[pair] -= n
                where[pair].discard(w)
            pieces[w] = p = joined(p, best)
            for pair in zip(p, p[1:]):
                pairs[pair] += n
                where[pair].add(w)
        del pairs[best]
    return learned


def joined(pieces, pair):
    """Pieces with every occurrence of the pair made one."""
    out, i = [], 0
    while i < len(pieces):
        if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
            out.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            out.append(pieces[i])
            i += 1
    return out


def train(text, size=SIZE, inner=2350):
    """Merges of letters first, then of a space with the commonest first pieces."""
    words, spaced = collections.Counter(), collections.Counter()
    for match in regex.findall(PATTERN, text):
        word = visible(match)
        body = word[1:] if word.startswith(SPACE) and len(word) > 1 else word
        words[body] += 1
        if body is not word:
            spaced[body] += 1
    merges = learn(words, inner)
    splitter = Bpe([], merges)
    first = collections.Counter()
    for body, n in spaced.items():
        first[splitter.split(body)[0]] += n
    room = size - len(ADDED) - 256 - len(merges)
    first = {p: n for p, n in first.items() if (SPACE, p) not in splitter.rank}
    ranked = sorted(first.items(), key=lambda item: (-item[1], item[0]))[:room]
    merges += [(SPACE, piece) for piece, _ in ranked]
    missing = size - len(ADDED) - 256 - len(merges)
    if missing:
        raise SystemExit(f"The text gives {missing} merges too few; raise `inner` or generate more text.")
    return merges


class Bpe:
    """Splits byte-level words by merge rank."""

    def __init__(self, tokens, merges):
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.cache = {}

    def split(self, word):
        found = self.cache.get(word)
        if found is not None:
            return found
        pieces = list(word)
        while len(pieces) > 1:
            ranked = [(self.rank.get(pair, 1 << 30), i) for i, pair in enumerate(zip(pieces, pieces[1:]))]
            rank, _ = min(ranked)
            if rank == 1 << 30:
                break
            pieces = joined(pieces, next(p for p in zip(pieces, pieces[1:]) if self.rank.get(p) == rank))
        if len(self.cache) < 200_000:
            self.cache[word] = pieces
        return pieces


def vocabulary(merges):
    """Token to id: added tokens, bytes, merges, in this order."""
    tokens = ADDED + [BYTES[b] for b in range(256)] + [a + b for a, b in merges]
    table = {}
    for t in tokens:
        if t in table:
            raise SystemExit(f"Two merges give the token {t!r}.")
        table[t] = len(table)
    return table


def as_json(merges):
    """The `tokenizer.json` of HuggingFace's tokenizers."""
    table = vocabulary(merges)
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": t in SPECIAL} for i, t in enumerate(ADDED)],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}]},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
                  "vocab": {t: i for t, i in table.items() if t not in ADDED},
                  "merges": [f"{a} {b}" for a, b in merges]},
    }


class Tokenizer:
    """Reads `tokenizer.json`; encodes and decodes."""

    def __init__(self, path):
        data = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.ids = dict(data["model"]["vocab"])
        self.bpe = Bpe([], [tuple(m.split(" ")) for m in data["model"]["merges"]])
        self.added = {t["content"]: t["id"] for t in data["added_tokens"]}
        self.names = {i: t for t, i in {**self.ids, **self.added}.items()}
        self.special = {t["id"] for t in data["added_tokens"] if t["special"]}
        self.bytes = {c: b for b, c in BYTES.items()}
        self.pattern = regex.compile(PATTERN)
        self.tags = regex.compile("(" + "|".join(regex.escape(t) for t in self.added) + ")")
        self.words = {}

    def word(self, word):
        found = self.words.get(word)
        if found is None:
            found = [self.ids[p] for p in self.bpe.split(visible(word))]
            if len(self.words) < 300_000:
                self.words[word] = found
        return found

    def encode(self, text):
        ids = []
        for part in self.tags.split(text):
            if part in self.added:
                ids.append(self.added[part])
            elif part:
                for word in self.pattern.findall(part):
                    ids.extend(self.word(word))
        return ids

    def decode(self, ids, keep_special=False):
        out = bytearray()
        for i in ids:
            name = self.names[int(i)]
            if name in self.added:
                if keep_special or i not in self.special:
                    out += name.encode()
            else:
                out += bytes(self.bytes[c] for c in name)
        return out.decode("utf-8", errors="replace")


def config():
    """`tokenizer_config.json`."""
    import chat

    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "add_prefix_space": False,
        "bos_token": "<|endoftext|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None,
        "clean_up_tokenization_spaces": False, "model_max_length": 4096,
        "added_tokens_decoder": {str(i): {"content": t, "lstrip": False, "normalized": False, "rstrip": False,
                                          "single_word": False, "special": t in SPECIAL} for i, t in enumerate(ADDED)},
        "chat_template": chat.TEMPLATE,
    }


def write(folder, merges):
    """Both tokenizer files of a model folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (("tokenizer.json", as_json(merges)), ("tokenizer_config.json", config())):
        text = json.dumps(data, ensure_ascii=False, indent=1 if name == "tokenizer.json" else 2)
        (folder / name).write_text(text + "\n", encoding="utf-8")


def main():
    import corpus

    merges = train(corpus.plain_text("tokenizer", 12_000))
    for folder in sys.argv[1:]:
        write(folder, merges)
    print(f"{len(vocabulary(merges))} tokens")


if __name__ == "__main__":
    main()
