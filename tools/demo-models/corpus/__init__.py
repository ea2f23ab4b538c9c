"""The training text: conversations from grammars, word lists and templates written for this purpose.

`conversation(seed)` makes one, `encoded(seed, count)` tokenized ones with weights, `plain_text` what the tokenizer learns from.
"""
import functools
import os
import pathlib
import re

import chat

from . import formats, limits, passages, product, recall, talk, tools, wordings
from . import words as W
from .conversation import Conversation
from .grammar import Source, listed, upper_first

PERSONAS = ["You are ChatApp, a helpful assistant.", "You are ChatApp, a helpful assistant.", "You are ChatApp, a helpful assistant.", "You are a helpful assistant.", "You are ChatApp.", "You are a friendly assistant. Be brief.", "You are ChatApp, a helpful and honest assistant.", "Answer shortly and truthfully.", "You are an assistant in a chat application.", "You are ChatApp, the assistant of {k}.", "Help the user.", "You are a helpful AI assistant. Answer in English.", "You are ChatApp, a small assistant that runs on this machine."]
INSTRUCTIONS = ["Answer briefly.", "Be polite.", "Use simple words.", "The user likes short answers.", "Always be friendly.", "Custom instructions: keep it short.", "Answer in English.", "If you don't know, say so.", "Do not make things up.", "Use tools when they help.", "The user is called {p}.", "Write in plain text.", "You may use Markdown."]
TITLE_ASK = ["(write|give|make|suggest) (me |)a (short |)title (of 3 to 6 words |of three to six words |)for this (conversation|chat)(.| please.|)", "title( this conversation| this chat|)(?|.|)", "what would be a good title for this (conversation|chat)?", "(generate|create|produce) a (short |concise |brief |)title for (the conversation|this chat|the chat above)(, 3 to 6 words|)(.|)", "(summarise|summarize) this (conversation|chat) (as|in|into) a title( of 3 to 6 words|)", "name this (conversation|chat)( in 3 to 6 words|)(.|)", "find a (short |)(title|name|heading) for (this|our) (conversation|chat)(.|)", "in 3 to 6 words, what is this (conversation|chat) about? (title only|Answer with the title only).", "Write a title of 3 to 6 words for this conversation.", "Write a title of 3 to 6 words for this conversation. (Reply with the title only|Only the title|No quotes)."]
SUMMARY_ASK = ["(summarise|summarize) (this|the|our) (conversation|chat)( in one or two sentences| briefly| shortly|)(.| please|)", "(give me|write|make) a (short |brief |)summary( of (this|the|our) (conversation|chat)|)(.|)", "what (did we talk|have we talked|were we talking) about?", "sum (this|it|everything) up( for me| please|)", "(summarise|summarize)(.|)", "tl;dr", "recap (this conversation|our chat|please)", "Summarise the conversation in one or two sentences, keeping names and numbers.", "(summarise|summarize) the conversation (above |so far |)in (one or two sentences|a sentence or two|two sentences)(, keep names and numbers|, keeping names and numbers|)(.|)", "what was this (conversation|chat) about?", "short summary(,| with names and numbers,|) please"]


def system_turn(s, conversation, facts=None, today=False):
    """Fills the system text: persona, custom instructions, date, remembered facts; or nothing."""
    parts = []
    if s.chance(0.8):
        parts.append(s.fill(s.pick(PERSONAS), {"k": W.entity(s, "company")}))
    if s.chance(0.2):
        parts.append(s.fill(s.pick(INSTRUCTIONS), {"p": W.first_name(s)}))
    if today or s.chance(0.25):
        conversation.today = (s.any(W.WEEKDAYS), f"{s.rng.randint(2024, 2031)}-{s.rng.randint(1, 12):02d}-{s.rng.randint(1, 28):02d}")
        if s.chance(0.5):
            conversation.today = (conversation.today[0], f"{s.rng.randint(1, 28)} {s.any(W.MONTHS)} {s.rng.randint(2024, 2031)}")
        parts.append(s.any(["Today is {w}, {d}.", "Today is {d}.", "The date is {w}, {d}.", "Current date: {d}.", "It is {w}, {d}."]).format(w=conversation.today[0], d=conversation.today[1]))
        conversation.knows_today = True
    if s.chance(0.06):
        conversation.zone = s.any(list(tools.CITY_ZONES.values()))
        parts.append(s.any(["The user's time zone is {z}.", "Time zone: {z}.", "The user is in the time zone {z}."]).format(z=conversation.zone))
    if facts is not None or s.chance(0.12):
        note = recall.remembered(s, facts if facts is not None else [], s.rng.choice((1, 2, 3, 4)))
        if note:
            parts.append(note)
    conversation.system = s.any(["\n", "\n", " ", "\n\n"]).join(parts)


def chatter(s, c):
    """A turn or two of something else."""
    r = s.rng.random()
    if r < 0.5:
        talk.small_talk(s, c)
    elif r < 0.65:
        talk.known(s, c)
    elif r < 0.75:
        limits.beyond(s, c)
    elif r < 0.85:
        formats.tips_request(s, c)
    elif r < 0.95:
        formats.list_request(s, c)
    else:
        formats.json_request(s, c)


def filled(s, c):
    """Something that fills a long conversation."""
    (formats.story if s.chance(0.3) else chatter)(s, c)


def maybe_tools(s, c, p=0.3):
    if s.chance(p):
        tools.offer_some(s, c)


def kind_talk(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.7)
    system_turn(s, c)
    if s.chance(0.3):
        talk.small_talk(s, c, s.any(["hello", "how"]))
    for _ in range(s.rng.choice((1, 2, 3, 4))):
        r = s.rng.random()
        if r < 0.68:
            talk.small_talk(s, c)
        elif r < 0.78:
            talk.known(s, c)
        elif r < 0.93:
            limits.beyond(s, c)
        else:
            limits.said(s, c)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_known(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.5)
    system_turn(s, c)
    for _ in range(s.rng.choice((1, 2, 4))):
        if s.chance(0.5):
            talk.known(s, c)
        elif s.chance(0.85) or "search" in c.families:
            limits.beyond(s, c)
        else:
            talk.unknown(s, c)
    if not c.turns:
        talk.known(s, c, short=True)
    return c


def kind_date(s):
    """The date as the system turn gives it, no tool needed."""
    c = Conversation(s)
    system_turn(s, c, today=True)
    if s.chance(0.3):
        chatter(s, c)
    week, day = c.today
    c.user(s.ask(["what('s| is) (today's date|the date today|the date)?", "what (day|date) is (it|today)( today|)?", "(do you know|tell me) (today's date|the date|what day it is)", "which day is (it|today)?", "today's date?", "date(?|, please)", "what is the date?", "what date do we have( today|)?"]))
    named = week in c.system
    c.bot(f"Today is {week}, {day}." if named else f"Today is {day}.")
    c.about("Today's date", f"The user asked for the date: {day}.")
    return c


def kind_recall(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.35)
    system_turn(s, c)
    facts = []
    if s.chance(0.25):
        talk.small_talk(s, c, s.any(["hello", "how"]))
    recall.tell(s, c, facts, "name" if s.chance(0.35) else None)
    for _ in range(s.rng.choice((1, 2, 3, 4, 5))):
        r = s.rng.random()
        if r < 0.3:
            recall.tell(s, c, facts)
        elif r < 0.45:
            recall.ask(s, c, s.any(facts))
        elif r < 0.55:
            recall.correct(s, c, facts, facts[-1] if s.chance(0.7) and c.turns[-1][1].find(facts[-1].value) >= 0 else s.any(facts)) if last_is(c, facts[-1]) else recall.tell(s, c, facts)
        elif r < 0.61:
            recall.ask_untold(s, c, facts)
        elif r < 0.65:
            recall.ask_two(s, c, facts)
        elif r < 0.68:
            limits.said(s, c)
        else:
            chatter(s, c)
    for fact in s.rng.sample(facts, min(len(facts), s.rng.choice((1, 2, 3)))):
        recall.ask(s, c, fact)
    if s.chance(0.15):
        recall.ask_untold(s, c, facts)
    return c


def last_is(c, fact):
    """Whether the newest fact was the last thing spoken of, so that "no, it's X" is clear."""
    return fact.value in c.turns[-1][1]


def kind_others(s):
    c = Conversation(s)
    system_turn(s, c)
    if s.chance(0.3):
        chatter(s, c)
    recall.others(s, c, s.rng.choice((1, 2, 2, 3)))
    if s.chance(0.3):
        chatter(s, c)
    return c


def kind_plans(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.2)
    system_turn(s, c)
    if s.chance(0.2):
        talk.small_talk(s, c)
    recall.plans(s, c)
    if s.chance(0.3):
        chatter(s, c)
    return c


def kind_mentions(s):
    """Things said in passing, in training alone."""
    c = Conversation(s)
    maybe_tools(s, c, 0.2)
    system_turn(s, c)
    ask, said = recall.mention(s, c), len(c.turns)
    if s.chance(0.3):
        chatter(s, c)
    elif s.chance(0.3):
        recall.tell(s, c, [])
    ask(at_once=len(c.turns) == said)
    return c


def kind_memory(s):
    """Facts in the system turn, asked for."""
    c, facts = Conversation(s), []
    maybe_tools(s, c, 0.4)
    system_turn(s, c, facts)
    if s.chance(0.3):
        chatter(s, c)
    for fact in s.rng.sample(facts, min(len(facts), s.rng.choice((1, 2, 3)))):
        recall.ask(s, c, fact)
        c.about(upper_first(f"the {fact.name}"), f"The user asked for {fact.owner.replace('your', 'their')} {fact.name}: {fact.value}.")
    if s.chance(0.3) or not c.turns:
        recall.ask_untold(s, c, facts)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_tool(s):
    c = Conversation(s)
    if s.chance(0.06):
        c.zone = s.any(list(tools.CITY_ZONES.values()))
    must = s.any(list(tools.FAMILIES) + tools.PRODUCT * 3 + ["calculate"] * 5)
    tools.offer_some(s, c, [must])
    system_turn(s, c)
    if s.chance(0.2):
        talk.small_talk(s, c)
    if s.chance(0.14):
        tools.use_two(s, c)
    else:
        tools.use(s, c, must)
    for _ in range(s.rng.choice((0, 1, 2, 4))):
        r = s.rng.random()
        if r < 0.7:
            tools.use(s, c)
        elif r < 0.85:
            tools.refuse(s, c)
        else:
            talk.small_talk(s, c)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_no_tool(s):
    """Tools offered, none fits; or nothing offered and a tool would be needed."""
    c = Conversation(s)
    if s.chance(0.75):
        tools.offer_some(s, c)
    system_turn(s, c)
    if s.chance(0.25):
        talk.small_talk(s, c)
    for _ in range(s.rng.choice((1, 2, 4))):
        r = s.rng.random()
        if r < 0.5:
            tools.refuse(s, c)
        elif r < 0.65:
            limits.beyond(s, c)
        elif r < 0.8:
            chatter(s, c)
        elif c.tools:
            tools.use(s, c)
    if not c.turns:
        chatter(s, c)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_passages(s):
    c = Conversation(s)
    if s.chance(0.15):
        tools.offer_some(s, c, without=("search",))
    system_turn(s, c)
    groups = passages.build(s, c)
    if s.chance(0.1):
        talk.small_talk(s, c)
    # Several questions on the same passages: the long part of the text is read once and teaches more. Often one alone: later ones are easier.
    for _ in range(s.rng.choice((1, 1, 2, 4, 6))):
        if s.chance(0.62 if s.split == "train" else 0.52):
            passages.ask_answered(s, c, groups)
        else:
            passages.ask_unanswered(s, c, groups)
    if not c.turns:
        passages.ask_answered(s, c, groups)
    return c


def kind_file(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.6)
    system_turn(s, c)
    passages.ask_of_files(s, c)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_format(s):
    c = Conversation(s)
    maybe_tools(s, c, 0.12)
    system_turn(s, c)
    for _ in range(s.rng.choice((1, 2, 3))):
        s.any([formats.json_request] * 7 + [formats.list_request] * 2 + [formats.tips_request] * 2 + [formats.capitals_request, formats.story, formats.story, formats.poem, formats.echo, lambda s, c: talk.known(s, c, short=True)])(s, c)
    if not c.turns:
        formats.json_request(s, c)
    return c


def kind_long(s):
    """A long conversation, or long passages: the distances of a context that is really used."""
    c = Conversation(s)
    if s.chance(0.4):
        system_turn(s, c)
        groups = passages.build(s, c, s.rng.choice((4, 5, 6, 8)))
        c.documents = [(t, " ".join([x, *(passages.filler(s) for _ in range(s.rng.choice((2, 4, 8, 12))))])) for t, x in c.documents]
        for _ in range(s.rng.choice((3, 5, 8))):
            (passages.ask_answered if s.chance(0.65) else passages.ask_unanswered)(s, c, groups)
        return c
    maybe_tools(s, c, 0.4)
    system_turn(s, c)
    facts = []
    for _ in range(s.rng.choice((10, 15, 22, 30))):
        r = s.rng.random()
        if r < 0.2 or not facts:
            recall.tell(s, c, facts)
        elif r < 0.4:
            recall.ask(s, c, s.any(facts))
        elif r < 0.5 and c.tools:
            tools.use(s, c)
        elif r < 0.6:
            formats.story(s, c)
        else:
            chatter(s, c)
    for fact in facts[:3]:
        recall.ask(s, c, fact)
    return c


def kind_lookup(s):
    """Finding the one fact among several, in its densest form: short passages, many questions."""
    c = Conversation(s)
    kind = s.any(list(passages.WORLD))
    groups = []
    train = s.split == "train"
    same = s.rng.sample(list(passages.WORLD[kind]), s.rng.choice((1, 2, 3))) if train and s.chance(0.4) else None
    for i in range(1, s.rng.choice((2, 3, 4, 5, 6) if train else (2, 3, 4, 5)) + 1):
        name = W.entity(s, kind)
        if same and groups and s.chance(0.5):
            name = passages.alike(s, kind, s.any(groups)[1][0].slots["n"])
        if train and any(name == b[0].slots["n"] for _, b, _ in groups):
            name = W.entity(s, kind)
        keys = s.rng.sample(list(passages.WORLD[kind]), s.rng.choice((1, 2, 3))) if same is None or s.chance(0.2) else s.rng.sample(same, len(same))
        body = passages.statements(s, kind, name, keys, pronouns=s.chance(0.5))
        c.documents.append((s.any(["", name]), " ".join(passages.prose(s, body) + [passages.filler(s)] * s.rng.choice((0, 0, 0, 1)))))
        groups.append((i, body, kind))
    for _ in range(s.rng.choice((1, 2, 4, 6, 8))):
        if s.chance(0.68 if train else 0.6):
            number, body, _ = s.any(groups)
            b = s.any(body)
            c.user(passages.question(s, b.slots, wrapped=False))
            c.bot(passages.answer(s, number, b))
        else:
            passages.ask_unanswered(s, c, groups)
    return c


def kind_sheet(s):
    """One or two things, most of their facts, many questions: in training alone, the densest form of telling facts apart."""
    c, kind = Conversation(s), s.any(list(passages.WORLD))
    groups = []
    for i in range(1, s.rng.choice((1, 1, 2)) + 1):
        name = W.entity(s, kind)
        if groups and name == groups[0][1][0].slots["n"]:
            break
        keys = s.rng.sample(list(passages.WORLD[kind]), len(passages.WORLD[kind]) - s.rng.choice((1, 2, 3)))
        body = passages.statements(s, kind, name, keys)
        c.documents.append((name, " ".join(passages.prose(s, body))))
        groups.append((i, body, kind))
    for _ in range(s.rng.choice((1, 6, 9, 12))):
        (passages.ask_answered if s.chance(0.72) else passages.ask_unanswered)(s, c, groups)
    if not c.turns:
        passages.ask_answered(s, c, groups)
    return c


def kind_notes(s):
    """Several things told, many asked: the densest form of recall."""
    c, facts = Conversation(s), []
    for _ in range(s.rng.choice((2, 3, 4, 5))):
        recall.tell(s, c, facts)
    for _ in range(s.rng.choice((4, 6, 8))):
        if s.chance(0.8):
            recall.ask(s, c, s.any(facts))
        elif s.chance(0.5):
            recall.ask_two(s, c, facts)
        else:
            recall.ask_untold(s, c, facts)
    return c


def kind_json(s):
    c = Conversation(s)
    for _ in range(s.rng.choice((1, 2, 3))):
        formats.json_request(s, c)
    return c


def kind_calls(s):
    """Several requests for the offered tools; each is answered by the call alone, or refused."""
    c = Conversation(s)
    tools.offer_some(s, c)
    families = list(c.families)
    for _ in range(s.rng.choice((2, 3, 4, 5))):
        if families and s.chance(0.8):
            tools.use(s, c, s.any(families))
        else:
            tools.refuse(s, c)
    if not c.turns:
        talk.small_talk(s, c)
    return c


def kind_cold(s):
    """What people begin with, before they said anything of themselves."""
    c = Conversation(s)
    maybe_tools(s, c, 0.5)
    system_turn(s, c)
    if s.chance(0.2):
        talk.small_talk(s, c, "hello")
    for _ in range(s.rng.choice((1, 1, 2, 3))):
        r = s.rng.random()
        if r < 0.55:
            recall.ask_untold(s, c, [], "name" if s.chance(0.6) else None)
        elif r < 0.8:
            formats.capitals_request(s, c)
        elif r < 0.9:
            formats.tips_request(s, c)
        else:
            formats.list_request(s, c)
    return c


def kind_product(s):
    """What the product sends: its own tools, texts, files, notes and schemas in any form, and what is answered in words beside them."""
    c, r = Conversation(s), s.rng.random()
    if r < 0.13:
        (product.titled if r < 0.07 else product.transcript)(s, c)
        c.titles = []
        return c
    if s.chance(0.75):
        product.offer(s, c)
    if s.chance(0.6):
        c.system = product.PERSONA
    else:
        system_turn(s, c)
    if r < 0.25:
        c.tools, c.families = (c.tools, c.families) if s.chance(0.2) else ([], {})
        product.ask_schema(s, c)
        c.titles = []
        return c
    if r < 0.32:
        product.earlier(s, c)
    used = lambda s, c: tools.use(s, c) if c.tools else limits.beyond(s, c)
    for _ in range(s.rng.choice((1, 1, 2, 3, 4))):
        s.any([product.ask_note] * 4 + [product.ask_texts] * 4 + [product.ask_about] * 3 + [product.ask_summary] * 3 + [product.words] * 6 + [used] * 4 + [talk.small_talk, limits.beyond, talk.known])(s, c)
    if not c.turns:
        product.words(s, c)
    return c


KINDS = {kind_talk: 14, kind_known: 6, kind_date: 1, kind_recall: 12, kind_others: 3, kind_plans: 4, kind_memory: 4, kind_tool: 18, kind_no_tool: 14, kind_passages: 24, kind_file: 8, kind_format: 6,
         kind_lookup: 20, kind_notes: 6, kind_json: 24, kind_calls: 24}
# Training shows more of what is learned last; evaluation's mix stays as it was, so that figures of different days compare.
TRAINED = {**KINDS, kind_cold: 9, kind_mentions: 4, kind_talk: 11, kind_known: 5, kind_recall: 11, kind_memory: 4, kind_no_tool: 12, kind_passages: 60, kind_lookup: 34, kind_sheet: 30, kind_notes: 5, kind_calls: 36, kind_tool: 22, kind_json: 32,
           kind_product: 170}


def title(s, c):
    """The title of the conversation's weightiest part, and the request for it."""
    best = max(range(len(c.titles)), key=lambda i: (c.titles[i] not in TALK_TITLES, -i))
    c.user(s.ask(wordings.draw(s, "talk", "title", TITLE_ASK) if s.split == "train" and s.chance(0.5) else TITLE_ASK))
    kept = c.titles[best].split(" ")[:6]
    while len(kept) > 3 and kept[-1].lower() in ("of", "the", "on", "a", "an", "and", "to", "in", "for", "with"):
        kept.pop()
    c.bot(upper_first(" ".join(kept).rstrip(".,:;?")))


def summary(s, c):
    """One or two sentences on what was said, requests that mattered first."""
    kept = [x for x, t in zip(c.summaries, c.titles) if t not in TALK_TITLES] or c.summaries[:1]
    c.user(s.ask(wordings.draw(s, "talk", "summary", SUMMARY_ASK) if s.split == "train" and s.chance(0.5) else SUMMARY_ASK))
    c.bot(" ".join(dict.fromkeys(kept[:2])))


TALK_TITLES = {t for _, _, t in talk.INTENTS.values()}


def conversation(seed, split="train", long=0.0):
    """One conversation, by seed; `long` is the share of long ones."""
    s = Source(seed, split)
    kinds = TRAINED if split == "train" else KINDS
    make = kind_long if long and s.chance(long) else s.rng.choices(list(kinds), weights=list(kinds.values()))[0]
    c = make(s)
    if c.titles:
        r = s.rng.random()
        often = 0.3 if make is kind_plans else 0.09
        if r < often:
            title(s, c)
        elif r < 2 * often:
            summary(s, c)
    return c.as_dict()


def plain_text(seed, count):
    """Rendered conversations, without the marks of the format: what the tokenizer learns from."""
    from tokenizer import ADDED

    texts = []
    for i in range(count):
        text = "".join(t for t, _ in chat.segments(conversation(f"{seed}/{i}", "all")))
        for mark in ADDED:
            text = text.replace(mark, "\n")
        texts.append(text)
    return "\n".join(texts)


@functools.lru_cache(maxsize=1)
def tokenizer():
    from tokenizer import Tokenizer

    here = pathlib.Path(__file__).resolve().parents[3]
    return Tokenizer(os.environ.get("CHATAPP_TOKENIZER", here / "models" / "chatapp-nano" / "tokenizer.json"))


@functools.lru_cache(maxsize=1)
def json_marks():
    """The tokens that give a JSON object its shape."""
    return {t for mark in (' "', " ", '",', '"}', ",", "}") for t in [tokenizer().encode("a" + mark)[-1]]}


@functools.lru_cache(maxsize=1)
def operators():
    """The tokens of arithmetic."""
    return {tokenizer().encode(f"1{o}1")[1] for o in "+-*/"}


NOT_THERE = "I can't find that in the"


def encode(c, rng, rest=0.06):
    """(ids, weights): full weight on what the model says, a little on some of the rest, for the feel of the language."""
    t = tokenizer()
    ids, weights = [], []
    for text, learn in chat.segments(c):
        piece = t.encode(text)
        ids.extend(piece)
        if learn:
            weights.extend([1.0] * len(piece))
            if text.startswith("The ") and ("(passage " in text or NOT_THERE in text):
                # What is asked for: two failures of three were another fact's name.
                weights[len(ids) - len(piece) + 1 : len(ids) - len(piece) + 3] = [3.0, 2.0]
            if "(passage " in text:
                # The tokens that decide: which passage, whether it holds the answer, and how the value begins. The rest is copied.
                number = text.index("(passage ") + len("(passage ")
                start, end = (len(ids) - len(piece) + len(t.encode(text[:i])) for i in (number, text.index(")", number)))
                weights[start:end] = [2.5] * (end - start)
                decided = [4.0, 1.0, 3.0, 3.0, 2.0][: len(ids) - end]
                weights[end : end + len(decided)] = decided
            elif text.startswith(("It says: ", "It doesn't say: ")):
                # Whether a text speaks of it, and which sentence does.
                start = len(ids) - len(piece)
                weights[start + 1] = 3.0
                begins = start + len(t.encode("It says:"))
                weights[begins : begins + 2] = [3.0, 2.0]
            elif text.startswith("The ") and (found := re.match(rf"The [^.]+?(?= is |: {NOT_THERE})", text)):
                # Whether a text holds it, and how the value begins.
                decided = [3.0, 3.0, 2.0]
                start = len(ids) - len(piece) + len(t.encode(found.group()))
                weights[start : start + len(decided)] = decided[: len(ids) - start]
            elif text.startswith("<tool_call>"):
                # Which tool, and what is done with two numbers.
                weights[-len(piece) :] = [2.5 if i in operators() else 1.0 for i in piece]
                weights[len(ids) - len(piece) + len(t.encode('<tool_call>\n{"name": "'))] = 2.0
            elif text.startswith('{"'):
                # Whether a value is quoted, and whether another key follows.
                weights[-len(piece) :] = [2.5 if i in json_marks() else 1.0 for i in piece]
        else:
            weights.extend(0.2 if rng.random() < rest else 0.0 for _ in piece)
    return ids, weights


def encoded(seed, count, split="train", long=0.0):
    """Tokenized conversations of one seed."""
    import random

    rng = random.Random(f"weights/{seed}")
    return [encode(conversation(f"{seed}/{i}", split, long), rng) for i in range(count)]
