"""Held-out cases: phrasings, entities and numbers that training never shows, and what a right answer must be."""
import json
import re

import chat
from corpus import filled, formats, notes, passages, product, recall, talk, tokenizer, tools
from corpus import conversation as any_conversation
from corpus import system_turn
from corpus.conversation import Conversation
from corpus.grammar import Source

CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.S)
SPLIT = "held"
NOT_HELD = re.compile(r"passages don't (say|hold)|can't find that", re.I)
NO_MORE = re.compile(r"can't|don't know|only a small demo model|have no tool", re.I)


class Case:
    """A conversation that ends with a user's or a tool's turn, and a check of the answer."""

    def __init__(self, skill, conversation, check, wanted):
        self.skill, self.conversation, self.check, self.wanted = skill, conversation, check, wanted


def calls(text):
    """The calls in an answer, as (name, arguments)."""
    found = []
    for body in CALL.findall(text):
        try:
            data = json.loads(body)
            found.append((data["name"], data["arguments"]))
        except (ValueError, KeyError, TypeError):
            found.append((None, None))
    return found


def start(skill, i, tries=0):
    s = Source(f"evaluate/{skill}/{i}/{tries}", SPLIT)
    return s, Conversation(s)


def tool_call(i, skill="call"):
    for tries in range(99):
        s, c = start(skill, i, tries)
        family = s.any(list(tools.FAMILIES) + tools.PRODUCT)
        tools.offer_some(s, c, [family])
        system_turn(s, c)
        if s.chance(0.25):
            talk.small_talk(s, c)
        request = tools.matching(s, c, family)
        if request is not None:
            break
    c.user(request.user)
    tool = c.families[family]
    wanted = (tool[0], dict(zip(tool[1], request.values)))
    return c, request, tool, wanted


def case_call(i):
    c, _, _, wanted = tool_call(i)
    return Case("right tool, exact arguments", c.as_dict(), lambda a: calls(a) == [wanted], wanted)


def case_no_call(i):
    for tries in range(99):
        s, c = start("none", i, tries)
        tools.offer_some(s, c)
        system_turn(s, c)
        if s.chance(0.65):
            if tools.refuse(s, c) is None:
                continue
        elif s.chance(0.7):
            talk.small_talk(s, c)
        else:
            talk.known(s, c)
        if c.turns:
            break
    d = c.as_dict()
    d["turns"] = d["turns"][:-1]
    return Case("no call when none fits", d, lambda a: "<tool_call>" not in a, "no call")


def case_result(i):
    c, request, tool, _ = tool_call(i, "result")
    c.bot(tools.call(tool, request))
    c.tool(request.result)
    value = str(request.value)
    return Case("answer holds the tool's value", c.as_dict(), lambda a: value in a and "<tool_call>" not in a, value)


def with_passages(skill, i, answered):
    for tries in range(99):
        s, c = start(skill, i, tries)
        system_turn(s, c)
        groups = passages.build(s, c)
        if not groups:
            continue
        found = passages.ask_answered(s, c, groups) if answered else passages.ask_unanswered(s, c, groups)
        if found:
            break
    d = c.as_dict()
    d["turns"] = d["turns"][:-1]
    return d, found


def case_passage(i):
    d, (statement, number) = with_passages("passage", i, True)
    value = statement.value
    return Case("passage answer and citation", d, lambda a: value in a and set(re.findall(r"\[(\d+)\]", a)) == {str(number)}, f"{value} [{number}]")


def case_not_held(i):
    d, _ = with_passages("unheld", i, False)
    return Case("not in the passages", d, lambda a: bool(NOT_HELD.search(a)) and not re.search(r"\[\d+\]", a), "not in the passages")


def case_recall(i):
    """A fact told, then 3 to 6 turns of other things (some of them other facts), then the question."""
    s, c = start("recall", i)
    system_turn(s, c)
    facts = []
    fact = recall.tell(s, c, facts)
    turns = 3 + i % 4
    while len([t for t in c.turns if t[0] == "user"]) < turns:
        if s.chance(0.4):
            recall.tell(s, c, facts)
        else:
            talk.small_talk(s, c)
    c.user(fact.ask(s))
    value = str(fact.value)
    return Case("recall across 3 to 6 turns", c.as_dict(), lambda a: value in a, value)


def case_json(i):
    s, c = start("json", i)
    system_turn(s, c)
    keys = formats.json_request(s, c)
    d = c.as_dict()
    d["turns"] = d["turns"][:-1]

    def check(answer):
        try:
            data = json.loads(answer)
        except ValueError:
            return False
        return isinstance(data, dict) and set(data) == set(keys)

    return Case("valid JSON, asked keys", d, check, keys)


def case_end(i):
    """Any conversation, cut before one of the model's turns: the answer must end (the runner says whether it did)."""
    for tries in range(99):
        d = any_conversation(f"evaluate/end/{i}/{tries}", SPLIT)
        at = [j for j, t in enumerate(d["turns"]) if t[0] == "assistant"]
        if at:
            d["turns"] = d["turns"][: at[-1]]
            break
    return Case("ends its turn within 200 tokens", d, lambda a: True, "an end")


def product_case(skill, i, make, check, tooled=True):
    """What the product sends, its tools offered in three of four."""
    for tries in range(99):
        s, c = start(skill, i, tries)
        if tooled and s.chance(0.75):
            product.offer(s, c)
        c.system = product.PERSONA
        wanted = make(s, c)
        if wanted:
            break
    d = c.as_dict()
    d["turns"] = d["turns"][: max(j for j, t in enumerate(d["turns"]) if t[0] == "assistant")]
    right = check(wanted)
    return Case(skill, d, lambda a: "<tool_call>" not in a and right(a), wanted)


def case_note(i):
    return product_case("a value of a note", i, product.ask_note, lambda wanted: lambda a: wanted in a)


def case_text(i):
    """A fact of texts in the message or the system turn: cited where they are numbered like the product's own passages."""
    def make(s, c):
        asked = product.ask_texts(s, c)
        return asked and asked[0][0] and (asked[0][0].value, f"[{asked[0][1]}]" if asked[1] else "")

    return product_case("a fact of a pasted text", i, make, lambda wanted: lambda a: all(x in a for x in wanted))


def case_text_lacks(i):
    def make(s, c):
        other = s.any([product.ask_note, product.ask_about, None])
        if other:
            return other(s, c) is None and c.turns and "not in the text"
        asked = product.ask_texts(s, c)
        return asked and asked[0] and not asked[0][0] and "not in the text"

    return product_case("not in the pasted text", i, make, lambda wanted: lambda a: bool(NOT_HELD.search(a)))


def case_about(i):
    return product_case("what a text says of something", i, product.ask_about, lambda wanted: lambda a: wanted in a)


def case_summary(i):
    return product_case("a summary of a text", i, product.ask_summary, lambda wanted: lambda a: a == wanted)


def case_schema(i):
    def right(wanted):
        def check(answer):
            try:
                return json.loads(answer) == wanted
            except ValueError:
                return False

        return check

    return product_case("JSON by a schema, exact values", i, product.ask_schema, right, tooled=False)


def case_earlier(i):
    return product_case("a fact of summarised turns", i, product.earlier, lambda wanted: lambda a: wanted in a)


def case_transcript(i):
    return product_case("a summary of turns", i, product.transcript, lambda wanted: lambda a: all(x in a for x in wanted), tooled=False)


def case_declines(i):
    return product_case("declines in words", i, lambda s, c: s.any([product.odd, product.odd, product.unseen, product.instructions])(s, c), lambda wanted: lambda a: bool(NO_MORE.search(a)) or a == wanted)


def case_other_model(i):
    return product_case("is no other model", i, product.other_model, lambda wanted: lambda a: "demo model" in a)


def case_markdown(i):
    return product_case("Markdown as asked", i, product.markdown, lambda wanted: lambda a: a == wanted)


SKILLS = [case_call, case_no_call, case_result, case_passage, case_not_held, case_recall, case_json, case_end]
BARS = {"right tool, exact arguments": (98, 90), "no call when none fits": (98, 94), "answer holds the tool's value": (98, 93), "passage answer and citation": (96, 85),
        "not in the passages": (94, 85), "recall across 3 to 6 turns": (97, 88), "valid JSON, asked keys": (98, 93), "ends its turn within 200 tokens": (99.5, 99)}
# What the product sends beside that: see `corpus/product.py`.
PRODUCT = [case_note, case_text, case_about, case_text_lacks, case_summary, case_schema, case_earlier, case_transcript, case_declines, case_other_model, case_markdown]


def length(text):
    """How many tokens a text is."""
    return len(tokenizer().encode(text))


def case_far_recall(i):
    """A fact told at the beginning of a conversation of about 700, 1,300 or 1,900 tokens, and asked for at its end."""
    target = (700, 1300, 1900)[i % 3]
    s, c = start("far recall", i)
    system_turn(s, c)
    facts = []
    fact = recall.tell(s, c, facts)
    tokens, seen = length(chat.prompt(c.as_dict())), len(c.turns)
    while tokens < target - 40:
        if s.chance(0.1):
            recall.tell(s, c, facts)
        else:
            filled(s, c)
        tokens += sum(length(t[1]) + 6 for t in c.turns[seen:])
        seen = len(c.turns)
    c.user(fact.ask(s))
    value = str(fact.value)
    return Case(f"a fact {target} tokens back", c.as_dict(), lambda a: value in a, value)


def case_far_passage(i):
    """A question on five or six passages of about 700, 1,300 or 1,900 tokens in all."""
    target = (700, 1300, 1900)[i % 3]
    for tries in range(99):
        s, c = start("far passage", i, tries)
        system_turn(s, c)
        groups = passages.build(s, c, s.any((5, 6)))
        tokens = length(chat.prompt(c.as_dict()))
        while tokens < target - 40:
            at, more = s.rng.randrange(len(c.documents)), passages.filler(s)
            title, text = c.documents[at]
            c.documents[at] = (title, f"{text} {more}")
            tokens += length(more)
        found = passages.ask_answered(s, c, groups)
        if found:
            break
    d = c.as_dict()
    d["turns"] = d["turns"][:-1]
    statement, number = found
    return Case(f"passages of {target} tokens", d, lambda a: statement.value in a and set(re.findall(r"\[(\d+)\]", a)) == {str(number)}, f"{statement.value} [{number}]")


FAR = [case_far_recall, case_far_passage]


SETS = {"usual": SKILLS, "far": FAR, "product": PRODUCT}


def cases(count, which="usual", first=0):
    """`count` cases a skill of a set, from the number `first` on (of those over long distances, a third for each)."""
    return [make(i) for make in SETS[which] for i in range(first, first + count)]
