"""How text is made: templates with alternatives and slots, and a source of randomness that knows what is held out.

A template is a string in which `(a|b|)` is a choice and `{slot}` a value. Of every list of templates and of every
list of words some are held out: they appear only in evaluation. A source is either "train", "held" or "all"
("all" is for the tokenizer alone).
"""
import functools
import random
import re
import string
import zlib

HELD_EVERY = 7
# Made-up words out of listed ones: the tokens of a held-out word ("painting") are otherwise hardly ever written in training, and what has hardly
# ever been written is not copied well. The word itself stays held out.
SUFFIXES = "ling ra by mo ix ton ster el ford ana ium op ith ey us ock ada ine oom urk ish ola ent ab ung".split()


def held_word(text):
    """Whether an entity or a number belongs to evaluation: decided by a checksum, so that it never moves."""
    return zlib.crc32(text.lower().encode()) % 8 == 0


@functools.lru_cache(maxsize=30000)
def parsed(template):
    """A template as nested lists: text, ("slot", name) or ("alt", [alternatives])."""
    parts, at = parse_until(template, 0, top=True)
    return parts


def parse_until(text, at, top=False):
    options, parts, literal = [], [], ""

    def flush():
        nonlocal literal
        if literal:
            parts.append(literal)
            literal = ""

    while at < len(text):
        c = text[at]
        if c == "(" and closes_with_choice(text, at):
            flush()
            choice, at = parse_until(text, at + 1)
            parts.append(choice)
            continue
        if c == "{":
            end = text.index("}", at)
            flush()
            parts.append(("slot", text[at + 1 : end]))
            at = end + 1
            continue
        if not top and c == "|":
            flush()
            options.append(parts)
            parts = []
        elif not top and c == ")":
            flush()
            options.append(parts)
            return ("alt", options), at + 1
        else:
            literal += c
        at += 1
    flush()
    return parts, at


def closes_with_choice(text, at):
    """Whether the parenthesis at `at` holds a `|` of its own: only then is it a choice."""
    depth = 0
    for c in text[at:]:
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return False
        elif c == "|" and depth == 1:
            return True
    return False


def expansions(template):
    """Every text a template can give, slots left as they are."""

    def of(parts):
        texts = [""]
        for part in parts:
            if isinstance(part, str):
                more = [part]
            elif part[0] == "slot":
                more = ["{" + part[1] + "}"]
            else:
                more = [x for option in part[1] for x in of(option)]
            texts = [t + m for t in texts for m in more]
        return texts

    return of(parsed(template))


class Source:
    """Random choices for one conversation."""

    def __init__(self, seed, split="train"):
        self.rng = random.Random(f"{split}/{seed}")
        self.split = split
        # A user who writes in lower case does so throughout; names then are copied as written.
        self.lower = self.rng.random() < 0.12
        self.sloppy = self.rng.random() < 0.18
        # Habits that only training shows: evaluation's users stay as they were.
        self.hasty = split == "train" and self.rng.random() < 0.15
        self.loud = split == "train" and self.rng.random() < 0.01

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, options):
        """One of a list of phrasings; long lists keep some for evaluation."""
        if len(options) >= HELD_EVERY and self.split != "all":
            n = len(options)
            while True:
                i = self.rng.randrange(n)
                if (i % HELD_EVERY == HELD_EVERY - 1) == (self.split == "held"):
                    return options[i]
        return self.rng.choice(options)

    def any(self, options):
        """One of a list, nothing held out: for what the model says and for closed sets."""
        return self.rng.choice(options)

    def word(self, options):
        """One of a list of entities, held out by checksum."""
        from .words import spellings

        if self.split == "train" and self.chance(0.18):
            w = self.rng.choice(options) + self.rng.choice(SUFFIXES) if self.chance(0.55) else self.rng.choice(spellings())
            return w.lower() if self.lower else w
        for _ in range(30):
            w = self.rng.choice(options)
            if self.allowed(w):
                break
        return w.lower() if self.lower else w

    def allowed(self, text):
        return self.split == "all" or held_word(text) == (self.split == "held")

    def number(self, low, high):
        """A number; of those with two digits or more some are held out."""
        for _ in range(60):
            n = self.rng.randint(low, high)
            if self.split == "all" or high < 10 or (n >= 10 and self.allowed(str(n))) or (n < 10 and self.split == "train"):
                return n
        return n

    def say(self, options, **slots):
        """What the model says: any template, filled."""
        if isinstance(options, list):
            # Mostly one way of saying it: what can't be foreseen costs a small model training without teaching it.
            options = options[0] if len(options) < 4 and self.chance(0.75) else self.any(options)
        return self.fill(options, slots)

    def ask(self, options, **slots):
        """What a user types: a template of this split, filled, in this user's way of typing."""
        template = self.pick(options) if isinstance(options, list) else options
        pieces = []
        self.expand(parsed(template), slots, pieces)
        return self.typed(pieces)

    def fill(self, template, slots):
        pieces = []
        self.expand(parsed(template), slots, pieces)
        return "".join(t for t, _ in pieces)

    def expand(self, parts, slots, out):
        for part in parts:
            if isinstance(part, str):
                out.append((part, True))
            elif part[0] == "slot":
                value = slots[part[1]]
                # A slot may hold a parsed template: wordings composed of a frame and what goes into it.
                if isinstance(value, list):
                    self.expand(value, slots, out)
                else:
                    out.append((str(value), False))
            else:
                self.expand(self.rng.choice(part[1]), slots, out)

    def typed(self, pieces):
        """The text as this user types it; slot values are kept as they are (the caller has to find them again)."""
        rng = self.rng
        if self.sloppy and rng.random() < 0.5:
            pieces = [(typo(rng, t) if free and rng.random() < 0.6 else t, free) for t, free in pieces]
        if self.hasty:
            pieces = [(hasty(rng, t) if free else t, free) for t, free in pieces]
        if pieces and pieces[-1][1] and rng.random() < (0.5 if self.sloppy or self.lower else 0.15):
            pieces[-1] = (pieces[-1][0].rstrip("?.!"), True)
        if self.lower or self.loud:
            pieces = [((t.upper() if self.loud else t.lower()) if free else t, free) for t, free in pieces]
        text = "".join(t for t, _ in pieces)
        if not self.lower and pieces and pieces[0][1] and text[:1].islower() and rng.random() < 0.75:
            text = text[0].upper() + text[1:]
        elif self.sloppy and not self.loud and pieces and pieces[0][1] and not re.match(r"I\b", text):
            text = text[:1].lower() + text[1:]
        return text


SHORT = {"you": "u", "your": "ur", "are": "r", "please": "pls", "because": "cuz", "thanks": "thx", "what is": "whats", "I am": "im", "do not": "dont", "favourite": "fav", "okay": "ok", "tomorrow": "tmrw", "and": "n", "with": "w", "people": "ppl", "going to": "gonna", "want to": "wanna", "give me": "gimme", "tell me": "tell me pls", "?": "??"}


def hasty(rng, text):
    """Typed in haste: no apostrophes or commas, a few words shortened."""
    if rng.random() < 0.7:
        text = text.replace("'", "")
    if rng.random() < 0.5:
        text = re.sub(r",(?= )", "", text)
    for word in rng.sample(sorted(SHORT), 6):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", SHORT[word], text)
    return text


def typo(rng, text):
    """One slip of the finger in one of the longer words."""
    words = [m for m in re.finditer(r"[a-z]{4,}", text)]
    if not words:
        return text
    m = rng.choice(words)
    w = m.group()
    i = rng.randrange(1, len(w) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        w = w[:i] + w[i + 1] + w[i] + w[i + 2 :]
    elif kind == 1:
        w = w[:i] + w[i + 1 :]
    elif kind == 2:
        w = w[:i] + w[i] + w[i:]
    else:
        w = w[:i] + rng.choice(string.ascii_lowercase) + w[i + 1 :]
    return text[: m.start()] + w + text[m.end() :]


def upper_first(text):
    return text[:1].upper() + text[1:]


def listed(items, last="and"):
    """a, b and c."""
    items = [str(i) for i in items]
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" {last} " + items[-1]
