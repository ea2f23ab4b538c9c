"""Holds training and evaluation apart: no question that evaluation asks is among those that training draws."""
import pathlib
import re
import unittest
from unittest import mock

from corpus import SUMMARY_ASK, TITLE_ASK, formats, frames, limits, notes, passages, product, recall, requests, sentences, talk, tools, wordings
from corpus.grammar import HELD_EVERY, Source, expansions
from corpus.wordings import bare


def request_lists():
    """What each family of tools, and "here", is asked with."""
    lists = {}
    with mock.patch.object(tools, "asked", lambda s, family, options, **slots: lists.setdefault(family, options)[0]):
        for i in range(40):
            for make, *_ in tools.FAMILIES.values():
                make(Source(f"lists/{i}", "held"))
    return lists


class HeldOut(unittest.TestCase):
    def test_no_trained_question_equals_a_held_out_one(self):
        for kind, facts in [*passages.WORLD.items(), (None, passages.HANDBOOK)]:
            for key, (_, _, questions) in facts.items():
                trained = {frames.plain(x.replace("{t}", "{n}")) for i, q in enumerate(questions) if i % HELD_EVERY != HELD_EVERY - 1 for x in expansions(q)}
                self.assertFalse(trained & frames.held(tuple(questions)), (kind, key))
                s = Source(f"{kind}/{key}")
                for _ in range(200):
                    self.assertNotIn(frames.plain(frames.compose(s, kind, key, questions).replace("{t}", "{n}")), frames.held(tuple(questions)))

    def test_every_fact_has_composed_questions_and_a_label(self):
        facts = {(kind, key) for kind in passages.WORLD for key in passages.WORLD[kind]} | {(None, key) for key in passages.HANDBOOK}
        self.assertEqual(facts, set(frames.FACTS))
        for kind, key in facts:
            self.assertIn(key, passages.LABELS[kind])

    def test_recall_never_draws_a_held_out_question(self):
        for key in recall.ATTRIBUTES:
            held = frames.held(tuple(recall.ATTRIBUTES[key][3]))
            for i in range(200):
                s = Source(f"{key}/{i}")
                s.sloppy = s.lower = False
                self.assertNotIn(frames.plain(recall.Fact(s, key).ask(s)), held)

    def test_no_composed_request_equals_a_held_out_one(self):
        for family, options in request_lists().items():
            held = {bare(x) for q in options[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(q)}
            wants = {kind: [w for x in texts for w in expansions(x)] for kind, texts in requests.WANTS[family].items()}
            frames_ = {kind: [f for x in texts for f in expansions(x)] for kind, texts in requests.FRAMES.items()}
            for kind in wants:
                for frame in frames_[kind] + frames_.get(kind + "+", []):
                    for w in wants[kind]:
                        self.assertNotIn(bare(frame.replace("{w}", w)), held, family)
            for x in requests.MORE[family]:
                with self.subTest(x):
                    self.assertFalse({bare(y) for y in expansions(x)} & held, family)

    def test_whole_wordings_have_their_slots_and_equal_no_held_out_one(self):
        requested = {family: (options, set(re.findall(r"{(\w)}", options[0]))) for family, options in request_lists().items()}
        asked = {"questions": {f"{kind} {key}": (passages.WORLD[kind][key][2], {"n"}) for kind in passages.WORLD for key in passages.WORLD[kind]}
                 | {f"handbook {key}": (passages.HANDBOOK[key][2], {"t"}) for key in passages.HANDBOOK},
                 "requests": requested,
                 "recall": {key: (recall.ATTRIBUTES[key][3], set()) for key in recall.ATTRIBUTES} | {"thing": (recall.THING_ASK, {"t"})},
                 "talk": {key: (talk.INTENTS[key][0], set()) for key in talk.INTENTS} | {key: (limits.CLASSES[key][0], set()) for key in limits.CLASSES}
                 | {"title": (TITLE_ASK, set()), "summary": (SUMMARY_ASK, set()), "story": (formats.STORY_ASK, {"x"}), "poem": (formats.POEM_ASK, {"x"})}}
        for file, sections in asked.items():
            self.assertEqual(set(sections), set(wordings.sections(file)), file)
            for section, (options, slots) in sections.items():
                held = {bare(x) for q in options[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(q)}
                for w in wordings.sections(file)[section]:
                    with self.subTest(file=file, section=section, w=w):
                        self.assertTrue(all(sorted(re.findall(r"{(\w+)}", x)) == sorted(slots) for x in expansions(w)))
                for w in wordings.allowed(file, section, tuple(options)):
                    self.assertFalse({bare(x) for x in expansions(w)} & held, (section, w))

    def test_no_wording_is_a_prompt_of_the_free_table(self):
        lines = (pathlib.Path(__file__).parent / "newcomer.txt").read_text(encoding="utf-8").splitlines()
        prompts = {bare(turn) for line in lines for turn in line.removeprefix("+tools ").removeprefix("+chat ").split(" / ")} - {""}
        for section, written in wordings.sections("talk").items():
            for w in written:
                self.assertFalse({bare(x) for x in expansions(w)} & prompts, (section, w))

    def test_no_made_json_request_equals_a_held_out_one(self):
        for made, listed in ((formats.MORE_GIVEN, formats.JSON_GIVEN), (formats.MORE_FREE, formats.JSON_FREE)):
            held = {bare(x) for q in listed[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(q)}
            for x in made:
                for i in range(500):
                    self.assertNotIn(bare(Source(f"json/{i}").fill(x, {"k": "{k}", "x": "{x}"})), held)

    def test_no_made_problem_fact_or_name_is_held_out(self):
        problems = {re.sub(r"\d+", "#", bare(x.replace("{a}", "1").replace("{b}", "1"))) for t, _ in tools.WORD_PROBLEMS[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(t)}
        facts = tuple(x.split("{")[0] for x in tools.FACTS[HELD_EVERY - 1 :: HELD_EVERY])
        for i in range(3000):
            s = Source(f"made/{i}")
            s.sloppy = False
            self.assertNotIn(re.sub(r"\d+", "#", bare(sentences.problem(s)[0])), problems)
            self.assertFalse(sentences.free(s, "fact").startswith(facts))
            self.assertNotIn(tools.letters(tools.other_name(s, s.any(list(tools.FAMILIES)))), tools.HELD_NAMES)

    def test_passages_state_every_value_of_every_subject(self):
        for kind, facts in passages.WORLD.items():
            for i in range(60):
                s = Source(f"told/{kind}/{i}")
                name = sentences.W.entity(s, kind)
                body = passages.statements(s, kind, name, list(facts))
                text = " ".join(passages.prose(s, body)).lower()
                self.assertIn(name.lower(), body[0].text.lower())
                for b in body:
                    self.assertIn(b.value.lower(), b.text.lower(), b.slots)
                    self.assertIn(b.value.lower(), text)
        for key in passages.HANDBOOK:
            for i in range(30):
                b, *_ = passages.handbook(Source(f"told/{key}/{i}"), ["garden"])
                self.assertIn(b.value.lower(), b.text.lower())
                self.assertIn("garden", b.text.lower())

    def test_no_form_that_the_product_sends_is_both_trained_and_held_out(self):
        lists = {name: options for module in (notes, product) for name, options in vars(module).items() if name.isupper() and isinstance(options, list) and isinstance(options[0], str) and name not in ("PAIRS", "MANY")}
        lists |= {key: asks for key, (_, asks) in notes.LABELS.items()} | {"LINES": [x for x, _ in notes.LINES]}
        for name, options in lists.items():
            with self.subTest(name):
                trained, held = ({x.lower().strip(" ?.!") for i, q in enumerate(options) if (i % HELD_EVERY == HELD_EVERY - 1) == is_held for x in expansions(q)} for is_held in (False, True))
                self.assertFalse(trained & held)

    def test_the_product_is_answered_from_what_it_sends(self):
        """A note's value, a text's sentences and a schema's values stand in the prompt, and no name of a model of the free table is trained."""
        for i in range(400):
            for make in (product.ask_note, product.ask_summary, product.ask_schema):
                c = product.Conversation(Source(f"sent/{i}"))
                make(c.s, c)
                shown = " ".join(" ".join([c.system, *(t for r, t, *_ in c.turns if r == "user")]).lower().split())
                for _, said, *_ in (t for t in c.turns if t[0] == "assistant"):
                    if make is product.ask_note and "can't find" not in said:
                        self.assertIn(re.search(r" is (.+)\.", said).group(1).lower(), shown)
                    if make is product.ask_summary:
                        self.assertTrue(all(" ".join(x.lower().split()) in shown for x in re.split(r"; |\.$", said)[:2]), (said, shown))
            self.assertNotRegex(product.model_name(Source(f"model/{i}")).lower(), r"gpt[ -]4")

    def test_the_product_s_tools_are_those_of_its_code(self):
        code = {p.name: p.read_text(encoding="utf-8-sig") for p in (pathlib.Path(__file__).parents[2] / "ChatApp.Orchestrator" / "Tools" / "BuiltIn").glob("*Tool.cs")}
        self.assertEqual(len(product.OFFERED), len(code))
        for name, parameters, description, _ in product.OFFERED:
            text = next(t for t in code.values() if f'Name => "{name}"' in t)
            self.assertIn(f'Description => "{description}"', text)
            self.assertEqual(parameters, re.findall(r'"(\w+)":{"type"', re.search(r'"properties":{(.*)},"', text).group(1)))
        instructions = "".join(p.read_text(encoding="utf-8-sig") for p in (pathlib.Path(__file__).parents[2] / "ChatApp.Orchestrator").rglob("*.cs") if p.name in ("Summariser.cs", "TitleWriter.cs", "PromptOptions.cs"))
        for said in (product.SUMMARISER, product.TITLE, product.PERSONA):
            self.assertIn(f'"{said}"', instructions)


if __name__ == "__main__":
    unittest.main()
