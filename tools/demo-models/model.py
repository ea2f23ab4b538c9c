"""The Llama-shaped decoder in PyTorch, written for fast training on a CPU.

Matrix products run in bfloat16 (oneDNN uses the AVX-512 BF16 units), everything whose rounding adds up
(residual stream, norms, loss, optimiser) stays in float32. Layout and arithmetic match the operators the
exporter emits (rotate-half rotary, grouped-query attention, SwiGLU, RMSNorm), so exported files give the
same answers.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    """Sizes of one model."""

    name: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    head: int
    inner: int
    vocab: int = 4096
    context: int = 4096
    theta: float = 10000.0
    eps: float = 1e-5
    input_scale: float = 4.0

    def as_dict(self):
        """The shape as plain values, for checkpoints."""
        return asdict(self)


SHAPES = {
    "mini": Shape("mini", layers=8, width=256, heads=8, kv_heads=4, head=32, inner=768),
    "nano": Shape("nano", layers=4, width=128, heads=4, kv_heads=2, head=32, inner=384),
}


def rotary_tables(shape, positions=None):
    """cos and sin, [positions, head / 2], in float32."""
    if positions is None:
        positions = torch.arange(shape.context)
    frequencies = shape.theta ** (-torch.arange(0, shape.head, 2).float() / shape.head)
    angles = positions.float()[:, None] * frequencies[None, :]
    return angles.cos(), angles.sin()


class Layer(nn.Module):
    """One decoder block: attention with fused q/k/v, SwiGLU with fused gate/up."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.input_norm = nn.Parameter(torch.ones(shape.width))
        self.post_norm = nn.Parameter(torch.ones(shape.width))
        attention = shape.heads * shape.head
        self.qkv = nn.Parameter(torch.empty(attention + 2 * shape.kv_heads * shape.head, shape.width))
        self.out = nn.Parameter(torch.empty(shape.width, attention))
        self.gate_up = nn.Parameter(torch.empty(2 * shape.inner, shape.width))
        self.down = nn.Parameter(torch.empty(shape.width, shape.inner))

    def forward(self, x, cos, sin, mask, cache=None):
        """x: [batch, tokens, width]; mask: [tokens, total], 0 or -inf; cache: a list that keeps k and v."""
        x = x + self.attend(norm(x, self.input_norm, self.shape.eps), cos, sin, mask, cache)
        h = linear(norm(x, self.post_norm, self.shape.eps), self.gate_up)
        gate, up = h.chunk(2, dim=-1)
        return x + linear(F.silu(gate) * up, self.down).float()

    def attend(self, x, cos, sin, mask, cache):
        s, (b, t, _) = self.shape, x.shape
        heads = linear(x, self.qkv).view(b, t, s.heads + 2 * s.kv_heads, s.head).transpose(1, 2)
        turned, v = heads.split([s.heads + s.kv_heads, s.kv_heads], 1)
        q, k = rotate(turned, cos, sin).split([s.heads, s.kv_heads], 1)
        if cache is not None:
            if cache:
                k, v = torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2)
            cache[:] = [k, v]
        group, total = s.heads // s.kv_heads, k.shape[2]
        # Query heads of one group share keys: they are stacked along the token axis instead of copying the keys.
        q = (q * s.head ** -0.5).reshape(b * s.kv_heads, group * t, s.head)
        scores = torch.bmm(q, k.reshape(b * s.kv_heads, total, s.head).transpose(1, 2))
        scores = scores.view(b * s.kv_heads, group, t, total) + mask
        weights = torch.softmax(scores, -1).view(b * s.kv_heads, group * t, total)
        mixed = torch.bmm(weights, v.reshape(b * s.kv_heads, total, s.head))
        mixed = mixed.view(b, s.heads, t, s.head).transpose(1, 2).reshape(b, t, s.heads * s.head)
        return linear(mixed, self.out).float()


class Decoder(nn.Module):
    """The whole model. The LM head is the embedding (tied)."""

    def __init__(self, shape, precision=torch.bfloat16):
        super().__init__()
        self.shape, self.precision = shape, precision
        self.embed = nn.Parameter(torch.empty(shape.vocab, shape.width))
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.final_norm = nn.Parameter(torch.ones(shape.width))
        for name, p in self.named_parameters():
            if p.dim() == 2:
                std = p.shape[1] ** -0.5
                if name.endswith((".out", ".down")):
                    std *= (2 * shape.layers) ** -0.5
                nn.init.normal_(p, std=std)

    def hidden(self, ids, positions=None, cache=None):
        """Final normed states, [batch, tokens, width]. positions: [tokens], default counts on from the cache."""
        past = cache[0][0].shape[2] if cache and cache[0] else 0
        t = ids.shape[1]
        if positions is None:
            positions = torch.arange(past, past + t)
        cos, sin = (a.to(self.precision) for a in rotary_tables(self.shape, positions))
        mask = torch.full((t, past + t), float("-inf")).triu_(past + 1).to(self.precision)
        # The tied table serves as LM head at its own scale and as input at a larger one, so that a token's identity is not
        # drowned by the first layers' output. The exporter bakes the factor into the input table.
        table = getattr(self, "input_table", None)
        x = F.embedding(ids, self.embed) * self.shape.input_scale if table is None else F.embedding(ids, table)
        for i, layer in enumerate(self.layers):
            x = layer(x.to(torch.float32), cos, sin, mask, cache[i] if cache is not None else None)
        return norm(x, self.final_norm, self.shape.eps)

    def logits(self, hidden):
        return linear(hidden.to(self.precision), self.embed).float()


def norm(x, weight, eps):
    """RMSNorm in float32."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def linear(x, weight):
    """A product in the precision x has after norms: bfloat16 in training, float32 in checks."""
    precision = Precision.linear
    return F.linear(x.to(precision), weight.to(precision))


class Precision:
    """What the products run in; evaluation switches it to float32."""

    linear = torch.bfloat16


def rotate(x, cos, sin):
    """Rotate-half rotary embedding, as GroupQueryAttention does it (not interleaved)."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)
