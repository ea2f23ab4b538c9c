"""Holds the Jinja template that ships and the renderer that training uses together. Needs python3-jinja2."""
import json
import unittest

import chat


def render(**variables):
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    # Published templates are rendered with a plain json.dumps for tojson, without HTML escapes.
    environment.filters["tojson"] = lambda v: json.dumps(v, ensure_ascii=False)
    return environment.from_string(chat.TEMPLATE).render(**variables)


TOOLS = [("calculate", ["expression"], "Evaluate an arithmetic expression"), ("now", [], "The time")]
OPENAI_TOOLS = [
    {"type": "function", "function": {"name": n, "description": d, "parameters": {
        "type": "object", "properties": {p: {"type": "string"} for p in ps}}}} for n, ps, d in TOOLS
]


class ChatFormat(unittest.TestCase):
    def check(self, conversation, messages, **more):
        self.assertEqual(chat.prompt(conversation), render(messages=messages, add_generation_prompt=True, **more))

    def test_plain(self):
        self.check({"turns": [("user", "Hi"), ("assistant", "Hello!"), ("user", "You?")]}, [
            {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "You?"}])

    def test_tools_with_and_without_a_system_text(self):
        for system in ("", "Be brief."):
            messages = [{"role": "system", "content": system}] if system else []
            self.check({"system": system, "tools": TOOLS, "turns": [("user", "Hi")]},
                       [*messages, {"role": "user", "content": "Hi"}], tools=OPENAI_TOOLS)

    def test_calls_and_merged_results(self):
        arguments = {"expression": "12*7", "note": "é \"q\" <b>"}
        for given in (arguments, json.dumps(arguments, ensure_ascii=False)):
            call = {"type": "function", "id": "1", "function": {"name": "calculate", "arguments": given}}
            self.check({"tools": TOOLS, "turns": [("user", "x"), ("assistant", chat.call_text("calculate", arguments) + "\n" + chat.call_text("calculate", arguments)),
                                                  ("tool", "84"), ("tool", "85"), ("assistant", "84."), ("user", "ok")]},
                       [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [call, call]},
                        {"role": "tool", "content": "84"}, {"role": "tool", "content": "85"}, {"role": "assistant", "content": "84."},
                        {"role": "user", "content": "ok"}], tools=OPENAI_TOOLS)

    def test_passages(self):
        self.check({"system": "S", "tools": TOOLS, "documents": [("T", "one"), ("", "two")], "turns": [("user", "q")]},
                   [{"role": "system", "content": "S"}, {"role": "user", "content": "q"}], tools=OPENAI_TOOLS,
                   documents=[{"title": "T", "text": "one"}, {"title": "", "text": "two"}])


if __name__ == "__main__":
    unittest.main()
