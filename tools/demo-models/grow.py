"""Grows a trained nano into mini: twice as wide, computing exactly the same, then trained on.

    python3 grow.py            # reads nano's checkpoint, writes mini's

A small model learns more in an hour of CPU than a large one. Every width is doubled by copying: the residual stream holds
its values twice, heads and inner units come in pairs, and a product with a doubled input halves its weights. Noise of
opposite sign on the two halves leaves the function as it is and makes the twins learn different things.
"""
import os
import shutil

import torch

from model import SHAPES, Decoder
from optimiser import Optimiser
from train import checkpoint_folder


def twice(weight, generator, noise=0.3):
    """[n, k] to [n, 2k], for an input that holds its values twice."""
    shift = torch.randn(weight.shape, generator=generator) * weight.std() * noise
    return torch.cat([weight / 2 + shift, weight / 2 - shift], 1)


def stacked(parts, generator):
    """Every part doubled in rows (each copy with noise of its own) and in columns."""
    return torch.cat([twice(p, generator) for part in parts for p in (part, part)])


def grown(state, small, generator):
    """Weights of the wide model."""
    wide = {"embed": torch.cat([state["embed"]] * 2, 1), "final_norm": torch.cat([state["final_norm"] / 2] * 2)}
    rows = [small.heads * small.head, small.kv_heads * small.head, small.kv_heads * small.head]
    for i in range(small.layers):
        key = f"layers.{i}."
        for name in ("input_norm", "post_norm"):
            wide[key + name] = torch.cat([state[key + name]] * 2)
        wide[key + "qkv"] = stacked(state[key + "qkv"].split(rows), generator)
        wide[key + "gate_up"] = stacked(state[key + "gate_up"].chunk(2), generator)
        for name in ("out", "down"):
            wide[key + name] = stacked([state[key + name]], generator)
    return wide


def main():
    saved = torch.load(checkpoint_folder() / "nano" / "checkpoint.pt")
    small, shape = SHAPES["nano"], SHAPES["mini"]
    model = Decoder(shape)
    model.load_state_dict(grown(saved["model"], small, torch.Generator().manual_seed(1)))
    folder = checkpoint_folder() / "mini"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "optimiser": Optimiser(model).state_dict(), "state": saved["state"] | {"phase_step": 0},
                "shape": shape.as_dict()}, folder / "checkpoint.part")
    os.replace(folder / "checkpoint.part", folder / "checkpoint.pt")
    # Mini's learning curve begins with nano's.
    shutil.copy(checkpoint_folder() / "nano" / "curve.jsonl", folder / "curve.jsonl")


if __name__ == "__main__":
    main()
