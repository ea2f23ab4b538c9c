"""Whole wordings, for training alone: how many different people would put each question and request, written without a look at evaluation's.

`wordings/*.txt` hold them in sections (`[company founded]`), one template a line. One that equals a held-out wording is left out.
"""
import functools
import pathlib
import re

from .grammar import HELD_EVERY, expansions

FOLDER = pathlib.Path(__file__).parent / "wordings"


@functools.lru_cache(maxsize=None)
def sections(file):
    """The wordings of a file, by section."""
    found, lines = {}, (FOLDER / f"{file}.txt").read_text(encoding="utf-8").splitlines()
    for line in filter(None, map(str.strip, lines)):
        if re.fullmatch(r"\[[^|]+\]", line):
            at = found.setdefault(line[1:-1], [])
        else:
            at.append(line)
    return found


def bare(text):
    """A wording without what doesn't matter: case, marks, politeness."""
    text = text.lower().replace("what's", "what is").replace("'d like", " want")
    text = re.sub(r"\b(please|now|today|hey|hi|ok|so|and|for me|the|an?)\b|[^a-z0-9{} ]", " ", text)
    text = re.sub(r"^\s*(can|could|would|will) you\b", " ", text)
    return " ".join(text.split())


@functools.lru_cache(maxsize=None)
def held(options):
    """What evaluation asks of a list of which some are held out."""
    return {bare(x) for q in options[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(q)}


@functools.lru_cache(maxsize=None)
def allowed(file, section, options):
    """A section's wordings but for those that are held out."""
    return [w for w in sections(file)[section] if not any(bare(x) in held(options) for x in expansions(w))]


def draw(s, file, section, options):
    """One wording for what `options` ask for."""
    return s.any(allowed(file, section, tuple(options)))
