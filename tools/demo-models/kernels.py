"""Compiles kernels.cpp and runs the decoder's forward and backward pass with it.

g++ and a processor with AVX-512 BF16 are needed; `Kernels.reason()` says what is missing, and training then falls back to PyTorch.
"""
import concurrent.futures
import ctypes
import hashlib
import os
import pathlib
import queue
import shutil
import subprocess

import numpy
import torch

from model import rotary_tables

SOURCE = pathlib.Path(__file__).with_name("kernels.cpp")
FLAGS = ["-O3", "-march=native", "-fno-math-errno", "-std=c++17", "-shared", "-fPIC"]


class Batch:
    """Sequences one after the other, without padding: ids and weights of each, and where its positions jump."""

    def __init__(self, kind, documents, positions=None):
        self.kind, self.documents = kind, documents
        lengths = [len(ids) - 1 for ids, _ in documents]
        self.tokens = sum(lengths)
        self.starts = numpy.concatenate([[0], numpy.cumsum(lengths)]).astype(numpy.int32)
        self.positions = positions or [numpy.arange(n) for n in lengths]


class Kernels:
    """The compiled pass over one model in several threads: each takes the next batch when it is done with one."""

    def __init__(self, model, cache, threads=1):
        library = ctypes.CDLL(str(self.build(pathlib.Path(cache))))
        self.passes = [Pass(library, model) for _ in range(threads)]
        self.threads = concurrent.futures.ThreadPoolExecutor(threads)
        self.idle = queue.SimpleQueue()
        for one in self.passes:
            self.idle.put(one)
        for p, gradient in zip(self.passes[0].parameters, self.passes[0].gradients):
            p.grad = gradient

    @staticmethod
    def reason():
        """Why the kernels cannot run here; nothing where they can."""
        if not shutil.which("g++"):
            return "g++ is not installed"
        with open("/proc/cpuinfo") as f:
            return None if "avx512_bf16" in f.read() else "this processor has no AVX-512 BF16"

    @staticmethod
    def build(cache):
        """The compiled library, made when the source is new."""
        path = cache / f"kernels-{hashlib.sha256((SOURCE.read_text() + str(FLAGS)).encode()).hexdigest()[:16]}.so"
        if not path.exists():
            cache.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(f".{os.getpid()}")
            subprocess.run(["g++", *FLAGS, str(SOURCE), "-o", str(half)], check=True)
            os.replace(half, path)
        return path

    def load(self):
        """Takes over the parameters as they are now: once after every optimiser step."""
        for one in self.passes:
            one.load()

    def run(self, batches, factor):
        """Adds the gradients of factor * weighted mean loss to the parameters' `grad`.

        Returns for each batch: sum of weights, weighted loss, model tokens, of them right, their loss.
        """
        results = list(self.threads.map(lambda batch: self.one(batch, factor), batches))
        for other in self.passes[1:]:
            for total, part in zip(self.passes[0].gradients, other.gradients):
                total.add_(part)
                part.zero_()
        return results

    def one(self, batch, factor):
        idle = self.idle.get()
        try:
            return idle.run(batch, factor)
        finally:
            self.idle.put(idle)


class Pass:
    """One thread's pass, with gradients of its own."""

    def __init__(self, library, model):
        self.library, shape = library, model.shape
        self.library.decoder_new.restype = ctypes.c_void_p
        cos, sin = (a.contiguous() for a in rotary_tables(shape))
        long, f32 = ctypes.c_long, ctypes.c_float
        self.handle = ctypes.c_void_p(self.library.decoder_new(
            long(shape.layers), long(shape.width), long(shape.heads), long(shape.kv_heads), long(shape.inner), long(shape.vocab),
            f32(shape.eps), f32(shape.input_scale), ctypes.c_void_p(cos.data_ptr()), ctypes.c_void_p(sin.data_ptr()), long(cos.shape[0])))
        layers = [[l.input_norm, l.post_norm, l.qkv, l.out, l.gate_up, l.down] for l in model.layers]
        self.parameters = [model.embed, model.final_norm, *(p for l in layers for p in l)]
        self.gradients = [torch.zeros_like(p) for p in self.parameters]

    def pointers(self, tensors):
        return (ctypes.c_void_p * len(tensors))(*(t.data_ptr() for t in tensors))

    def load(self):
        self.library.decoder_load(self.handle, self.pointers(self.parameters))

    def run(self, batch, factor):
        ids = numpy.concatenate([d[0][:-1] for d in batch.documents]).astype(numpy.int32)
        targets = numpy.concatenate([d[0][1:] for d in batch.documents]).astype(numpy.int32)
        weights = numpy.concatenate([d[1][1:] for d in batch.documents]).astype(numpy.float32)
        positions = numpy.concatenate(batch.positions).astype(numpy.int32)
        results = numpy.zeros(5)
        at = lambda a: ctypes.c_void_p(a.ctypes.data)
        self.library.decoder_pass(
            self.handle, ctypes.c_long(batch.tokens), ctypes.c_long(len(batch.documents)), at(batch.starts), at(ids), at(targets), at(weights), at(positions),
            ctypes.c_float(factor), self.pointers(self.gradients), at(results))
        return results.tolist()


class Plain:
    """The same in PyTorch, sequence by sequence: what the kernels are checked against, and what runs where they can't."""

    def __init__(self, model):
        self.model = model
        for p in model.parameters():
            p.grad = torch.zeros_like(p)

    def load(self):
        """Nothing to prepare."""

    def run(self, batches, factor):
        """As `Kernels.run`."""
        return [self.one(batch, factor) for batch in batches]

    def one(self, batch, factor):
        import torch.nn.functional as F

        everything = sum(float(numpy.asarray(w[1:]).sum()) for _, w in batch.documents)
        results = [everything, 0.0, 0, 0, 0.0]
        for (ids, weights), positions in zip(batch.documents, batch.positions):
            ids, weights = torch.as_tensor(numpy.asarray(ids)).long(), torch.as_tensor(numpy.asarray(weights, dtype=numpy.float32))[1:]
            chosen = weights > 0
            logits = self.model.logits(self.model.hidden(ids[None, :-1], torch.as_tensor(positions))[0][chosen])
            targets, weights = ids[1:][chosen], weights[chosen]
            each = F.cross_entropy(logits, targets, reduction="none")
            total = (each * weights).sum()
            (total * factor / everything).backward()
            main = weights == 1
            for i, x in enumerate((total.item(), int(main.sum()), int((logits.argmax(-1) == targets)[main].sum()), each[main].sum().item())):
                results[i + 1] += x
        return results
