"""The compiled pass against PyTorch: loss and the gradient of every parameter, over sequences of awkward lengths.

    python3 test_kernels.py
"""
import tempfile

import numpy
import torch

from kernels import Batch, Kernels, Plain
from model import SHAPES, Decoder, Precision


def batch(seed, lengths):
    rng = numpy.random.RandomState(seed)
    documents = [(rng.randint(0, 4096, n + 1), rng.choice([0, 0.2, 1], n + 1).astype(numpy.float32)) for n in lengths]
    positions = [numpy.arange(n) + (numpy.arange(n) > n // 2) * 300 for n in lengths]
    return Batch("task", documents, positions)


def compare(name, lengths, cache):
    torch.manual_seed(3)
    model = Decoder(SHAPES[name])
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() < 2:
                p.add_(torch.randn_like(p) * 0.2)
        model.embed.mul_(2)
    b, found = batch(5, lengths), {}
    for label in ("float32", "bfloat16", "kernels"):
        Precision.linear = torch.float32 if label == "float32" else torch.bfloat16
        model.precision = Precision.linear
        run = Kernels(model, cache, threads=2) if label == "kernels" else Plain(model)
        run.load()
        # Half the weight twice, in two threads of the kernels: the sum of the gradients is what one batch gives.
        results = run.run([b, b], 0.25)[1]
        found[label] = results, {n: p.grad.clone() for n, p in model.named_parameters()}
    exact, exact_gradients = found["float32"]
    for label in ("bfloat16", "kernels"):
        results, gradients = found[label]
        assert abs(results[0] - exact[0]) < 1e-2 and results[2] == exact[2], (label, results, exact)
        assert abs(results[1] / exact[1] - 1) < 3e-3, (label, results, exact)
        errors = {n: ((g - exact_gradients[n]).norm() / exact_gradients[n].norm()).item() for n, g in gradients.items()}
        worst = max(errors, key=errors.get)
        print(f"{name} {lengths} {label}: loss {results[1] / results[0]:.5f} (float32 {exact[1] / exact[0]:.5f}), worst gradient {worst}: {100 * errors[worst]:.2f} % off")
        # bfloat16 keeps eight bits; what PyTorch loses by it is the measure.
        assert errors[worst] < 0.04, (label, worst, errors[worst])


if __name__ == "__main__":
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as cache:
        for name in ("nano", "mini"):
            compare(name, [1, 2, 3, 15, 16, 17, 63, 64, 65, 300], cache)
            compare(name, [37], cache)
            compare(name, [700, 129], cache)
    print("ok")
