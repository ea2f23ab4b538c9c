"""Grows a trained nano into mini: twice as wide and deeper, computing exactly the same, then trained on.

    python3 grow.py                # reads nano's checkpoint, writes mini's
    python3 grow.py --from mini    # a mini of fewer layers gets those that its shape asks for

A small model learns more in an hour of CPU than a large one. Every width is doubled by copying: the residual stream holds
its values twice, heads and inner units come in pairs, and a product with a doubled input halves its weights. Noise of
opposite sign on the two halves leaves the function as it is and makes the twins learn different things. New layers stand
in the middle and add nothing at first: their output weights are zero.
"""
import argparse
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


def deepened(state, layers, shape, generator):
    """Weights with as many layers as the shape asks for, the new ones spread over the middle."""
    new = shape.layers - layers
    after = {1 + round(k * (layers - 2) / max(1, new)) for k in range(new)}
    deep = {k: v for k, v in state.items() if not k.startswith("layers.")}
    fresh = {k.split(".", 2)[2]: v for k, v in Decoder(shape).state_dict().items() if k.startswith("layers.0.")}
    at = 0
    for i in range(layers):
        for name in fresh:
            deep[f"layers.{at}.{name}"] = state[f"layers.{i}.{name}"]
        at += 1
        if i in after:
            for name, v in fresh.items():
                start = torch.zeros_like(v) if name in ("out", "down") else torch.ones_like(v) if v.dim() == 1 else torch.randn(v.shape, generator=generator) * v.shape[1] ** -0.5
                deep[f"layers.{at}.{name}"] = start
            at += 1
    assert at == shape.layers, (at, shape.layers)
    return deep


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--from", dest="source", choices=("nano", "mini"), default="nano")
    o = p.parse_args()
    generator = torch.Generator().manual_seed(1)
    saved = torch.load(checkpoint_folder() / o.source / "checkpoint.pt")
    layers, shape = saved["shape"]["layers"], SHAPES["mini"]
    weights = saved.get("average") or saved["model"]
    if o.source == "nano":
        weights = grown(weights, SHAPES["nano"], generator)
    model = Decoder(shape)
    model.load_state_dict(deepened(weights, layers, shape, generator))
    folder = checkpoint_folder() / "mini"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "optimiser": Optimiser(model).state_dict(), "state": saved["state"] | {"phase_step": 0},
                "shape": shape.as_dict()}, folder / "checkpoint.part")
    os.replace(folder / "checkpoint.part", folder / "checkpoint.pt")
    if o.source == "nano":
        # Mini's learning curve begins with nano's.
        shutil.copy(checkpoint_folder() / "nano" / "curve.jsonl", folder / "curve.jsonl")


if __name__ == "__main__":
    main()
