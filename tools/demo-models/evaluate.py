"""Asks a model the held-out cases and prints the table of bars with failing examples.

    python3 evaluate.py --url http://localhost:5080/v1 --model chatapp-mini --count 1000
    python3 evaluate.py --backend torch --model chatapp-mini --count 40        # while training, from the checkpoint

Over HTTP everything runs as in the product: chat template, tokenizer and greedy decoding in its own inference server,
on the exported file. The torch backend reads a checkpoint (or, with --folder, an exported file) and needs no server.
"""
import argparse
import collections
import concurrent.futures
import json
import re
import time
import urllib.error
import urllib.request

import cases as held_out
import chat


def openai_messages(conversation):
    """Turns as OpenAI messages; calls as tool_calls, results as tool messages."""
    messages = [{"role": "system", "content": conversation["system"]}] if conversation["system"] else []
    ids = []
    for i, (role, text, *_) in enumerate(conversation["turns"]):
        if role == "tool":
            messages.append({"role": "tool", "tool_call_id": ids.pop(0), "content": text})
        elif role == "assistant" and held_out.calls(text):
            made = []
            for j, body in enumerate(held_out.CALL.findall(text)):
                data = json.loads(body)
                ids.append(f"call_{i}_{j}")
                made.append({"id": ids[-1], "type": "function", "function": {"name": data["name"], "arguments": json.dumps(data["arguments"], ensure_ascii=False)}})
            messages.append({"role": "assistant", "content": None, "tool_calls": made})
        else:
            messages.append({"role": role, "content": text})
    return messages


def openai_tools(conversation):
    return [{"type": "function", "function": {"name": n, "description": d, "parameters": {
        "type": "object", "properties": {p: {"type": ["string", "number"]} for p in ps}, "required": list(ps)}}} for n, ps, d in conversation["tools"]]


class Http:
    """The product's inference server (or any that speaks the protocol and takes `documents`)."""

    def __init__(self, url, model, tokens):
        self.url, self.model, self.tokens = url.rstrip("/"), model, tokens

    def answer(self, conversation):
        """(text, whether the turn ended by itself)."""
        body = {"model": self.model, "messages": openai_messages(conversation), "temperature": 0, "max_tokens": self.tokens}
        if conversation["tools"]:
            body["tools"] = openai_tools(conversation)
        if conversation["documents"]:
            body["documents"] = [{"title": t, "text": x} for t, x in conversation["documents"]]
        request = urllib.request.Request(f"{self.url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                choice = json.load(response)["choices"][0]
        except urllib.error.HTTPError as e:
            raise SystemExit(f"{e.code} from {self.url}: {e.read().decode()[:500]}\nasked: {json.dumps(body)[:800]}")
        message = choice["message"]
        text = message.get("content") or ""
        for c in message.get("tool_calls") or []:
            text += "\n" + f'<tool_call>\n{{"name": {json.dumps(c["function"]["name"])}, "arguments": {c["function"]["arguments"]}}}\n</tool_call>'
        return text.strip(), choice["finish_reason"] in ("stop", "tool_calls")


class Torch:
    """Greedy decoding in PyTorch, float32."""

    def __init__(self, model, run, folder, tokens):
        import torch

        import export
        from corpus import tokenizer
        from model import SHAPES, Decoder, Precision

        Precision.linear = torch.float32
        name = model.removeprefix("chatapp-")
        shape = SHAPES[name]
        weights = export.read(folder, shape) if folder else export.checkpoint(name, run)[1]
        table = weights.pop("input_table", None)
        self.torch, self.tokens, self.tokenizer = torch, tokens, tokenizer()
        self.model = Decoder(shape, torch.float32)
        self.model.load_state_dict({k: torch.tensor(v) for k, v in weights.items()})
        if table is not None:
            self.model.input_table = torch.tensor(table)
        torch.set_num_threads(1)

    def answer(self, conversation):
        torch = self.torch
        ids = torch.tensor([self.tokenizer.encode(chat.prompt(conversation))])
        cache, out = [[] for _ in self.model.layers], []
        with torch.no_grad():
            for _ in range(self.tokens):
                hidden = self.model.hidden(ids, cache=cache)
                token = self.model.logits(hidden[:, -1]).argmax(-1).item()
                if token == 2:
                    return self.tokenizer.decode(out), True
                out.append(token)
                ids = torch.tensor([[token]])
        return self.tokenizer.decode(out), False


def run(backend, asked, workers):
    """Answers in the order of the cases."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda case: backend.answer(case.conversation), asked))


def report(asked, answers, model, failures, as_json):
    """The table, then failing examples of each skill."""
    total, good, ended, wrong = collections.Counter(), collections.Counter(), 0, collections.defaultdict(list)
    for case, (text, end) in zip(asked, answers):
        ok = end if case.skill.startswith("ends") else end and case.check(text)
        total[case.skill] += 1
        good[case.skill] += ok
        ended += end
        if not ok:
            wrong[case.skill].append((case, text))
    column = 1 if "nano" in model else 0
    print(f"| skill | bar | {model} | cases |\n|---|---|---|---|")
    for skill in total:
        share, bar = 100 * good[skill] / total[skill], held_out.BARS.get(skill)
        print(f"| {skill} | {f'>= {bar[column]} %' if bar else ''} | {share:.1f} %{' (below)' if bar and share < bar[column] else ''} | {total[skill]} |")
    print(f"\nAll {len(asked)} answers: {100 * ended / len(asked):.2f} % ended within the limit.")
    for skill, failing in wrong.items():
        print(f"\n### {skill}: {len(failing)} failed")
        for case, text in failing[:failures]:
            last = [t for t in case.conversation["turns"] if t[0] != "assistant"][-1][1]
            print(f"- asked: {last[:300]!r}\n  wanted: {case.wanted}\n  got: {text[:300]!r}")
    if as_json:
        with open(as_json, "w") as f:
            json.dump({"model": model, "skills": {k: [good[k], total[k]] for k in total}}, f)


def free_form(backend, path):
    """Newcomers' prompts from a file, one a line (turns separated by ` / `, `+tools` offers seven tools, `+chat` the product's own three; `\\n` is a line break), as a Markdown table."""
    from corpus import product, tools
    from corpus.grammar import Source

    s = Source("free", "train")
    offered = [tools.offer(s, f, product=True)[:3] for f in tools.PRODUCT]
    offered = [(n, p, tools.FAMILIES[f][3][0]) for (n, p, _), f in zip(offered, tools.PRODUCT)]
    print("| prompt | answer |\n|---|---|")
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line.strip() or line.startswith("#"):
            continue
        given, shown = {"+tools": offered, "+chat": [t[:3] for t in product.OFFERED]}.get(line.split(" ")[0], []), []
        conversation = {"system": product.PERSONA, "tools": given, "documents": [], "turns": []}
        for said in line.removeprefix("+tools ").removeprefix("+chat ").split(" / "):
            conversation["turns"].append(("user", said.replace("\\n", "\n")))
            text, end = backend.answer(conversation)
            conversation["turns"].append(("assistant", text))
            shown.append(text if end else text + " (cut at the limit)")
        cell = lambda t: re.sub(r"\n+|\\\\n", "<br>", t.replace("|", "\\|").replace("<file", "&lt;file").replace("</file", "&lt;/file").replace("<tool_call>", "`tool_call`").replace("</tool_call>", "").strip())
        print(f"| {cell(line)} | {cell(' / '.join(shown))} |")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--backend", choices=("http", "torch"), default="http")
    p.add_argument("--url", default="http://localhost:5080/v1")
    p.add_argument("--model", default="chatapp-mini")
    p.add_argument("--run", help="torch: the checkpoint's run")
    p.add_argument("--folder", help="torch: an exported folder instead of a checkpoint")
    p.add_argument("--count", type=int, default=250)
    p.add_argument("--only", help="part of a skill's name")
    p.add_argument("--workers", type=int, default=8)
    p.add_argument("--failures", type=int, default=5)
    p.add_argument("--json")
    p.add_argument("--split", default="held", choices=("held", "train"), help="train: phrasings and entities of training, to tell memory from skill")
    p.add_argument("--far", action="store_const", dest="set", const="far", default="usual", help="facts and passages 700 to 1,900 tokens back instead of the usual cases")
    p.add_argument("--product", action="store_const", dest="set", const="product", help="the forms that the product sends instead of the usual cases")
    p.add_argument("--first", type=int, default=0, help="number of the first case: a number not used before gives fresh ones")
    p.add_argument("--free", help="a file of free-form prompts instead of the cases")
    o = p.parse_args()
    backend = Http(o.url, o.model, 200) if o.backend == "http" else Torch(o.model, o.run, o.folder, 200)
    if o.free:
        free_form(backend, o.free)
        return
    held_out.SPLIT = o.split
    asked = [c for c in held_out.cases(o.count, o.set, o.first) if not o.only or o.only in c.skill]
    began = time.time()
    answers = run(backend, asked, o.workers if o.backend == "http" else 1)
    report(asked, answers, o.model, o.failures, o.json)
    print(f"\n{len(asked)} cases in {time.time() - began:.0f} s.")


if __name__ == "__main__":
    main()
