"""Muon for the matrices, AdamW for the embedding and the norms.

Muon takes the momentum of a weight matrix and replaces it with the nearest orthogonal matrix (a few
Newton-Schulz iterations), so that every direction of the matrix learns at the same speed. On these models it
reaches a given loss in clearly fewer tokens than AdamW, and its own cost is a few per cent of a step.
"""
import torch


def orthogonal(matrix, steps=5):
    """Newton-Schulz iteration towards the orthogonal factor of a matrix, in bfloat16."""
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.t()
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.t() if tall else x).float()


def parts(name, shape):
    """How many rows of a fused matrix belong together: queries, keys and values are matrices of their own, as are gate and up."""
    attention, kv = shape.heads * shape.head, shape.kv_heads * shape.head
    return {"qkv": [attention, kv, kv], "gate_up": [shape.inner, shape.inner]}.get(name.split(".")[-1])


class Optimiser:
    """One object for both rules; `step(scale)` takes the schedule's factor (0..1)."""

    def __init__(self, model, lr=3e-3, matrix_lr=0.02, decay=0.1, matrix_decay=0.02, muon=True):
        named = [(n, p) for n, p in model.named_parameters()]
        self.matrices = [p for n, p in named if muon and p.dim() == 2 and n != "embed"]
        self.parts = [parts(n, model.shape) or [len(p)] for n, p in named if muon and p.dim() == 2 and n != "embed"]
        chosen = {id(p) for p in self.matrices}
        others = [p for _, p in named if id(p) not in chosen]
        self.matrix_lr, self.matrix_decay, self.lr = matrix_lr, matrix_decay, lr
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW(
            [
                {"params": [p for p in others if p.dim() == 2], "weight_decay": decay},
                {"params": [p for p in others if p.dim() < 2], "weight_decay": 0.0},
            ],
            lr=lr, betas=(0.9, 0.95), eps=1e-8,
        )

    @torch.no_grad()
    def step(self, scale):
        for group in self.adam.param_groups:
            group["lr"] = self.lr * scale
        self.adam.step()
        self.adam.zero_grad(set_to_none=False)
        rate = self.matrix_lr * scale
        for p, m, rows in zip(self.matrices, self.momentum, self.parts):
            m.mul_(0.95).add_(p.grad, alpha=0.05)
            p.grad.mul_(0.05).add_(m, alpha=0.95)
            p.mul_(1 - rate * self.matrix_decay)
            for part, gradient in zip(p.split(rows), p.grad.split(rows)):
                part.add_(orthogonal(gradient), alpha=-rate * max(1.0, part.shape[0] / part.shape[1]) ** 0.5)
            p.grad.zero_()

    def state_dict(self):
        return {"adam": self.adam.state_dict(), "momentum": self.momentum}

    def load_state_dict(self, state):
        self.adam.load_state_dict(state["adam"])
        for mine, saved in zip(self.momentum, state["momentum"]):
            mine.copy_(saved)
