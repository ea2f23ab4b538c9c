"""Trains one model on a CPU: first plain repetition, then conversations with some repetition kept in.

    python3 train.py --model mini --until 16:45

Copying from the context is the heart of recall, citations and tool arguments. A model of this size does not
find it from conversations alone in reasonable time, so a first phase shows random tokens and repeats them until
copying is learned. The schedule is by wall clock (constant, then linear decay until --until), because the
hours are what is given here. Everything needed to resume lies in the checkpoint.
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import signal
import time

# Page faults of freshly mapped tensors cost a third of the time otherwise. glibc reads these at start,
# so the interpreter is started again with them.
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456", "ATEN_CPU_CAPABILITY": "avx512",
}


def restart_with_environment():
    import sys

    if any(os.environ.get(k) != v for k, v in ENVIRONMENT.items()):
        os.environ.update(ENVIRONMENT)
        os.environ.pop("OPENBLAS_CORETYPE", None)
        os.execv(sys.executable, [sys.executable, *sys.argv])


def checkpoint_folder():
    """Where checkpoints live: outside the repository."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("CHATAPP_DEMO_MODELS", os.path.join(cache, "chatapp-demo-models")))


def parse():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--model", choices=("mini", "nano"), required=True)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--run", help="folder name under the checkpoint folder; default: the model's name")
    p.add_argument("--until", help="HH:MM or HH:MM:SS (UTC) at which training ends")
    p.add_argument("--decay-minutes", type=float, default=25)
    p.add_argument("--phase", choices=("repeat", "task"), help="default: what the checkpoint says")
    p.add_argument("--step-tokens", type=int, default=8192)
    p.add_argument("--micro-tokens", type=int, default=2048)
    p.add_argument("--longest", type=int, default=640, help="longest conversation, in tokens")
    p.add_argument("--long", type=float, default=0.0, help="share of long conversations (needs a larger --longest)")
    p.add_argument("--stretch", type=float, default=0.0, help="share of batches with stretched positions")
    p.add_argument("--repetition", type=float, default=0.15)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--matrix-lr", type=float, default=0.02)
    p.add_argument("--adamw", action="store_true", help="AdamW for the matrices too (for comparison)")
    p.add_argument("--log-seconds", type=float, default=15)
    p.add_argument("--max-steps", type=int, default=0)
    return p.parse_args()


def repetition_batch(rng, known, tokens, longest):
    """Random tokens, then the same again from a random point on, and round again. Loss where it repeats.

    `known`: the ids in use. Copying is found within minutes with 64 different tokens and hardly ever with
    4,096, so the caller starts with few and widens the set as they are learned.
    """
    import numpy
    from kernels import Batch

    length = rng.choice([n for n in (12, 16, 24, 48, 96, 160) if n <= longest])
    weight = numpy.zeros(length * 2 + 1, dtype=numpy.float32)
    weight[length + 3 :] = 1
    documents = []
    for _ in range(max(1, tokens // (length * 2 + 1))):
        # Sometimes few tokens: segments then repeat inside, and copying must look further back than one token.
        pool = rng.sample(known, min(len(known), max(8, length // 3))) if rng.random() < 0.25 else known
        segment = rng.choices(pool, k=length)
        start = rng.randrange(length)
        documents.append((numpy.array([*segment, 0, *segment[start:], *segment[:start]]), weight))
    return Batch("repeat", documents)


def task_batches(seed, micro_tokens, longest, long, stretch):
    """An endless stream of micro-batches of conversations, one after the other without padding."""
    import corpus
    import numpy
    from kernels import Batch

    chunk, documents, positions, tokens = 0, [], [], 0
    while True:
        rng = random.Random(f"{seed}/{chunk}")
        for ids, weights in corpus.encoded(f"{seed}/{chunk}", 200, long=long):
            if not 2 <= len(ids) <= longest:
                continue
            if documents and tokens + len(ids) > micro_tokens:
                yield Batch("task", documents, positions)
                documents, positions, tokens = [], [], 0
            tokens += len(ids)
            documents.append((numpy.array(ids), numpy.array(weights, dtype=numpy.float32)))
            positions.append(stretched_positions(rng, len(ids) - 1, 2300) if len(ids) > 8 and rng.random() < stretch else numpy.arange(len(ids) - 1))
        chunk += 1


def stretched_positions(rng, length, context):
    """Positions with a few random gaps: distances of a long conversation at the cost of a short one."""
    import numpy

    spare = context - length - 1
    cuts = sorted(rng.randrange(1, length) for _ in range(rng.choice((1, 2, 3))))
    positions = numpy.arange(length)
    for cut in cuts:
        positions[cut:] += rng.randrange(max(1, spare // len(cuts)))
    return positions


class Trainer:
    """Owns the model, its optimiser, the stream of batches and the checkpoint."""

    def __init__(self, options):
        import torch
        from kernels import Kernels, Plain
        from model import SHAPES, Decoder
        from optimiser import Optimiser

        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options = options
        self.shape = SHAPES[options.model]
        self.model = Decoder(self.shape)
        self.optimiser = Optimiser(self.model, lr=options.lr, matrix_lr=options.matrix_lr, muon=not options.adamw)
        self.folder = checkpoint_folder() / (options.run or options.model)
        self.folder.mkdir(parents=True, exist_ok=True)
        # What is exported: a running average of the weights over the last hundred steps or so, good also where the rate is still high.
        self.average = {n: p.clone() for n, p in self.model.state_dict().items()}
        self.state = {"tokens": 0, "step": 0, "phase": "repeat", "phase_step": 0, "data": 0, "seconds": 0.0, "known": 64}
        self.load()
        missing = Kernels.reason()
        if missing:
            print(f"Training in plain PyTorch, several times slower: {missing}.", flush=True)
        self.passes = Plain(self.model) if missing else Kernels(self.model, checkpoint_folder(), options.threads)
        if options.phase and options.phase != self.state["phase"]:
            self.state.update(phase=options.phase, phase_step=0)

    @property
    def path(self):
        return self.folder / "checkpoint.pt"

    def load(self):
        import torch

        if self.path.exists():
            saved = torch.load(self.path)
            self.model.load_state_dict(saved["model"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.average = saved.get("average") or {n: p.clone() for n, p in self.model.state_dict().items()}
            self.state = saved["state"]
            # The same conversations again would be the only thing that a resumed run sees twice.
            self.state["data"] += 1

    def save(self):
        import torch

        half = self.path.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "average": self.average, "optimiser": self.optimiser.state_dict(),
                    "state": self.state, "shape": self.shape.as_dict()}, half)
        os.replace(half, self.path)

    def scale(self, now, end):
        """Warm-up, constant, linear decay to a hundredth at the end."""
        warm = min(1.0, (self.state["phase_step"] + 1) / 60)
        if end is None:
            return warm
        left = (end - now) / 60
        return warm * max(0.01, min(1.0, left / self.options.decay_minutes))

    def run(self):
        o, s = self.options, self.state
        end = None
        if o.until:
            hour, minute, *second = map(int, o.until.split(":"))
            now = datetime.datetime.utcnow()
            left = (now.replace(hour=hour, minute=minute, second=second[0] if second else 0) - now).total_seconds()
            end = time.time() + left % 86_400  # after midnight where that hour is past
        rng = random.Random(f"{o.seed}/{s['step']}/{s['data']}")
        known = random.Random(o.seed).sample(range(self.shape.vocab), self.shape.vocab)
        tasks = None
        saved = logged = time.time()
        window = {"repeat": [0, 0, 0.0], "task": [0, 0, 0.0]}
        seen = 0
        signal.signal(signal.SIGTERM, lambda *_: self.state.update(stop=True))
        while not s.pop("stop", False) and (end is None or time.time() < end) and not (o.max_steps and s["step"] >= o.max_steps):
            began, tokens, batches = time.time(), 0, []
            self.passes.load()
            while tokens < o.step_tokens:
                if s["phase"] == "task" and rng.random() >= o.repetition:
                    tasks = tasks or task_batches(f"{o.seed}/{s['data']}", o.micro_tokens, o.longest, o.long, o.stretch)
                    batch = next(tasks)
                else:
                    batch = repetition_batch(rng, known[: s["known"]] if s["phase"] == "repeat" else known, o.micro_tokens, s["known"] // 3)
                batches.append(batch)
                tokens += batch.tokens
            # Every micro-batch counts the same, however many of its tokens carry a loss.
            for batch, (_, _, count, hits, nats) in zip(batches, self.passes.run(batches, o.micro_tokens / o.step_tokens)):
                w = window[batch.kind]
                w[0] += hits
                w[1] += count
                w[2] += nats
            self.optimiser.step(self.scale(time.time(), end))
            for name, p in self.model.state_dict().items():
                self.average[name].lerp_(p, max(0.01, 1 / (s["phase_step"] + 1)))
            s["step"] += 1
            s["phase_step"] += 1
            s["tokens"] += tokens
            s["seconds"] += time.time() - began
            seen += tokens
            if time.time() - logged > o.log_seconds:
                self.log(window, seen, time.time() - logged, self.scale(time.time(), end))
                self.widen(window["repeat"])
                window = {"repeat": [0, 0, 0.0], "task": [0, 0, 0.0]}
                seen, logged = 0, time.time()
            if time.time() - saved > 150:
                self.save()
                saved = time.time()
        self.save()

    def widen(self, repeat):
        """More tokens once those in use are copied; the conversations once all are."""
        s = self.state
        if s["phase"] != "repeat" or not repeat[1] or repeat[0] / repeat[1] < 0.8:
            return
        if s["known"] < self.shape.vocab:
            s["known"] = min(self.shape.vocab, s["known"] * 4)
        elif repeat[0] / repeat[1] > 0.9:
            s.update(phase="task", phase_step=0)

    def log(self, window, seen, seconds, scale):
        line = {"at": datetime.datetime.utcnow().strftime("%H:%M:%S"), "step": self.state["step"],
                "Mtok": round(self.state["tokens"] / 1e6, 3), "tok/s": round(seen / seconds), "known": self.state["known"], "scale": round(scale, 3)}
        for kind, (hits, count, nats) in window.items():
            if count:
                line[kind] = f"{hits / count:.4f} / {nats / count:.4f}"
        print(json.dumps(line), flush=True)
        with open(self.folder / "curve.jsonl", "a") as f:
            f.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    restart_with_environment()
    Trainer(parse()).run()
