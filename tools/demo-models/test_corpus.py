"""Holds training and evaluation apart: no question that evaluation asks is among those that training draws."""
import unittest

from corpus import frames, passages, recall
from corpus.grammar import HELD_EVERY, Source, expansions


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


if __name__ == "__main__":
    unittest.main()
