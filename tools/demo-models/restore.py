"""Makes a checkpoint from an exported folder, so that training goes on where the checkpoints themselves are gone.

    python3 restore.py --model mini --from ../../models/chatapp-mini

The products' weights come back from int8, the embedding from its float16 table; the optimiser starts afresh. How much was trained before is
read from the model card, whose learning curve begins the new one.
"""
import argparse
import json
import os
import pathlib
import re

import torch

import export
from model import SHAPES, Decoder
from optimiser import Optimiser
from train import checkpoint_folder


def history(card):
    """(tokens, seconds, lines of the learning curve) of a model card."""
    tokens, hours = re.search(r"\*\*Training\*\*: ([\d.]+) M tokens.*?([\d.]+) hours", card).groups()
    seen, right = (re.search(rf"^\| {name} \|(.*)\|$", card, re.M).group(1).split("|") for name in ("M tokens", "right"))
    lines = [{"Mtok": float(m), "task": f"{float(r.strip(' %')) / 100:.4f} / from the card"} for m, r in zip(seen, right)]
    return float(tokens) * 1e6, float(hours) * 3600, lines


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--model", choices=("mini", "nano"), required=True)
    p.add_argument("--from", dest="source", required=True, help="the exported folder, model card included")
    p.add_argument("--run", help="folder name under the checkpoint folder; default: the model's name")
    o = p.parse_args()
    shape = SHAPES[o.model]
    weights = export.read(o.source, shape)
    weights["embed"] = weights.pop("input_table") / shape.input_scale
    model = Decoder(shape)
    model.load_state_dict({k: torch.tensor(v) for k, v in weights.items()})
    tokens, seconds, lines = history((pathlib.Path(o.source) / "MODEL_CARD.md").read_text())
    folder = checkpoint_folder() / (o.run or o.model)
    if (folder / "checkpoint.pt").exists():
        raise SystemExit(f"{folder} holds a checkpoint already.")
    folder.mkdir(parents=True, exist_ok=True)
    # `data` numbers the stream of text: a number that no earlier run has reached gives conversations that it has not seen.
    state = {"tokens": tokens, "step": 0, "phase": "task", "phase_step": 0, "data": round(tokens), "seconds": seconds, "known": shape.vocab}
    (folder / "curve.jsonl").write_text("".join(json.dumps(l) + "\n" for l in lines))
    torch.save({"model": model.state_dict(), "optimiser": Optimiser(model).state_dict(), "state": state, "shape": shape.as_dict()}, folder / "checkpoint.part")
    os.replace(folder / "checkpoint.part", folder / "checkpoint.pt")
    print(f"{folder}: {tokens / 1e6:.1f} M tokens before")


if __name__ == "__main__":
    main()
