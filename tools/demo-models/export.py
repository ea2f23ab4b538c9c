"""Writes a checkpoint as an ONNX Runtime GenAI model folder, and reads one back for checks.

    python3 export.py --model nano --out ../../models/chatapp-nano
    python3 export.py --model nano --out ... --random      # untrained weights, to work on the format

The graph is what GenAI's own builder emits for a Llama: packed q/k/v, GroupQueryAttention with rotary inside,
MatMulNBits for every product. The table of embeddings is float16 (looked up, never multiplied), norms are float32.
"""
import argparse
import json
import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import tokenizer

MICROSOFT = "com.microsoft"


def quantise(weight, bits, block):
    """Blockwise symmetric integers of a [N, K] matrix: (packed [N, blocks, bytes], scales [N, blocks])."""
    n, k = weight.shape
    blocks = weight.reshape(n, k // block, block)
    middle = 1 << (bits - 1)
    if bits == 8:
        scales = numpy.abs(blocks).max(-1) / 127
    else:
        # The value of largest magnitude takes the one step that the range has more on the negative side.
        at = numpy.abs(blocks).argmax(-1)[..., None]
        scales = numpy.take_along_axis(blocks, at, -1)[..., 0] / -middle
    safe = numpy.where(scales == 0, 1, scales)
    q = numpy.clip(numpy.rint(blocks / safe[..., None]) + middle, 0, 2 * middle - 1).astype(numpy.uint8)
    if bits == 4:
        q = q[..., 0::2] | (q[..., 1::2] << 4)
    return q, scales.astype(numpy.float32)


def dequantise(packed, scales, bits):
    """The float matrix that MatMulNBits multiplies with."""
    if bits == 4:
        packed = numpy.stack([packed & 15, packed >> 4], -1).reshape(*packed.shape[:-1], -1)
    values = (packed.astype(numpy.float32) - (1 << (bits - 1))) * scales.reshape(*packed.shape[:-1], 1)
    return values.reshape(packed.shape[0], -1)


class Graph:
    """Collects nodes and initialisers under the builder's names."""

    def __init__(self, bits, block):
        self.nodes, self.initialisers, self.bits, self.block = [], [], bits, block

    def tensor(self, name, array):
        self.initialisers.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def node(self, op, name, inputs, outputs=None, domain="", **attributes):
        outputs = outputs or [f"{name}/output_0"]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def product(self, name, initialiser, x, weight, output=None):
        """x @ weight.T by MatMulNBits."""
        q, scales = quantise(weight, self.bits, self.block)
        inputs = [x, self.tensor(f"{initialiser}.MatMul.weight_quant", q),
                  self.tensor(f"{initialiser}.MatMul.weight_scales", scales)]
        return self.node("MatMulNBits", f"{name}/MatMulNBits", inputs, [output] if output else None, MICROSOFT,
                         K=weight.shape[1], N=weight.shape[0], bits=self.bits, block_size=self.block, accuracy_level=4)


def lengths(g):
    """The two lengths GroupQueryAttention wants, from the mask."""
    base = "/model/attn_mask_reformat/attn_mask_subgraph"
    one = g.tensor("/model/constants/INT64/[1]", numpy.array([1], numpy.int64))
    scalar = g.tensor("/model/constants/INT64/1", numpy.array(1, numpy.int64))
    total = g.node("ReduceSum", f"{base}/ReduceSum", ["attention_mask", one])
    last = g.node("Sub", f"{base}/Sub", [total, one])
    seqlens = g.node("Cast", f"{base}/Sub/Cast", [last], to=TensorProto.INT32)
    shape = g.node("Shape", f"{base}/Shape", ["attention_mask"])
    length = g.node("Gather", f"{base}/Gather", [shape, scalar], axis=0)
    return seqlens, g.node("Cast", f"{base}/Gather/Cast", [length], to=TensorProto.INT32)


def attention(g, shape, w, i, x, seqlens, total):
    base, key = f"/model/layers.{i}/attn", f"model.layers.{i}.attn"
    qkv = g.product(f"{base}/qkv_proj", f"{key}.qkv_proj", x, w[f"layers.{i}.qkv"])
    out = f"{base}/GroupQueryAttention/output_0"
    g.node("GroupQueryAttention", f"{base}/GroupQueryAttention",
           [qkv, "", "", f"past_key_values.{i}.key", f"past_key_values.{i}.value", seqlens, total, "cos_cache", "sin_cache"],
           [out, f"present.{i}.key", f"present.{i}.value"], MICROSOFT, num_heads=shape.heads,
           kv_num_heads=shape.kv_heads, scale=shape.head ** -0.5, do_rotary=1, rotary_interleaved=0)
    return g.product(f"{base}/o_proj", f"{key}.o_proj", out, w[f"layers.{i}.out"])


def feed_forward(g, shape, w, i, x):
    base, key = f"/model/layers.{i}/mlp", f"model.layers.{i}.mlp"
    both = g.product(f"{base}/gate_up_proj", f"{key}.gate_up_proj", x, w[f"layers.{i}.gate_up"])
    g.node("Split", f"{base}/Split", [both, "mlp_split"], [f"{base}/Split/gate", f"{base}/Split/up"], axis=-1)
    sigmoid = g.node("Sigmoid", f"{base}/act_fn/Sigmoid", [f"{base}/Split/gate"])
    silu = g.node("Mul", f"{base}/act_fn/Mul", [f"{base}/Split/gate", sigmoid])
    mixed = g.node("Mul", f"{base}/Mul", [silu, f"{base}/Split/up"])
    return g.product(f"{base}/down_proj", f"{key}.down_proj", mixed, w[f"layers.{i}.down"])


def skip_norm(g, shape, name, residual, branch, weight, last=False):
    """residual + branch, and its norm; returns (normed, new residual)."""
    outputs = [f"{name}/output_0"] if last else [f"{name}/output_0", "", "", f"{name}/output_3"]
    g.node("SkipSimplifiedLayerNormalization", name, [residual, branch, weight], outputs, MICROSOFT, epsilon=shape.eps)
    return outputs[0], outputs[-1]


def build(shape, w, bits, block):
    """The whole model as a ModelProto. `w`: parameter name to float32 array."""
    import torch
    from model import rotary_tables

    g = Graph(bits, block)
    cos, sin = rotary_tables(shape, torch.arange(shape.context))
    g.tensor("cos_cache", cos.numpy())
    g.tensor("sin_cache", sin.numpy())
    g.tensor("mlp_split", numpy.array([shape.inner, shape.inner], numpy.int64))
    table = (w["embed"] * shape.input_scale).astype(numpy.float16)
    seqlens, total = lengths(g)
    found = g.node("Gather", "/model/embed_tokens/Gather", [g.tensor("model.embed_tokens.weight", table), "input_ids"])
    residual = g.node("Cast", "/model/embed_tokens/Cast", [found], to=TensorProto.FLOAT)
    branch = None
    for i in range(shape.layers):
        weight = g.tensor(f"model.layers.{i}.input_layernorm.weight", w[f"layers.{i}.input_norm"])
        name = f"/model/layers.{i}/input_layernorm"
        if branch is None:
            x = g.node("SimplifiedLayerNormalization", f"{name}/LayerNorm", [residual, weight], axis=-1, epsilon=shape.eps, stash_type=1)
        else:
            x, residual = skip_norm(g, shape, f"{name}/SkipLayerNorm", residual, branch, weight)
        branch = attention(g, shape, w, i, x, seqlens, total)
        weight = g.tensor(f"model.layers.{i}.post_attention_layernorm.weight", w[f"layers.{i}.post_norm"])
        x, residual = skip_norm(g, shape, f"/model/layers.{i}/post_attention_layernorm/SkipLayerNorm", residual, branch, weight)
        branch = feed_forward(g, shape, w, i, x)
    weight = g.tensor(f"model.layers.{shape.layers}.final_norm_layernorm.weight", w["final_norm"])
    x, _ = skip_norm(g, shape, f"/model/layers.{shape.layers}/final_norm_layernorm/SkipLayerNorm", residual, branch, weight, last=True)
    g.product("/lm_head", "lm_head", x, w["embed"], "logits")
    return model_proto(shape, g)


def model_proto(shape, g):
    value, cache = helper.make_tensor_value_info, ["batch_size", shape.kv_heads]
    inputs = [value("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
              value("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"])]
    outputs = [value("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", shape.vocab])]
    for i in range(shape.layers):
        for part in ("key", "value"):
            inputs.append(value(f"past_key_values.{i}.{part}", TensorProto.FLOAT, [*cache, "past_sequence_length", shape.head]))
            outputs.append(value(f"present.{i}.{part}", TensorProto.FLOAT, [*cache, "total_sequence_length", shape.head]))
    graph = helper.make_graph(g.nodes, "main_graph", inputs, outputs, g.initialisers)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="chatapp-demo-models")


def genai_config(shape):
    """`genai_config.json`: how a GenAI-style engine finds its way in the graph."""
    return {
        "model": {
            "bos_token_id": 0, "context_length": shape.context,
            "decoder": {
                "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
                "filename": "model.onnx", "head_size": shape.head, "hidden_size": shape.width,
                "inputs": {"input_ids": "input_ids", "attention_mask": "attention_mask",
                           "past_key_names": "past_key_values.%d.key", "past_value_names": "past_key_values.%d.value"},
                "outputs": {"logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"},
                "num_attention_heads": shape.heads, "num_hidden_layers": shape.layers, "num_key_value_heads": shape.kv_heads,
            },
            "eos_token_id": 2, "pad_token_id": 0, "type": "llama", "vocab_size": shape.vocab,
        },
        "search": {
            "diversity_penalty": 0.0, "do_sample": False, "early_stopping": True, "length_penalty": 1.0,
            "max_length": shape.context, "min_length": 0, "no_repeat_ngram_size": 0, "num_beams": 1,
            "num_return_sequences": 1, "past_present_share_buffer": True, "repetition_penalty": 1.0,
            "temperature": 1.0, "top_k": 1, "top_p": 1.0,
        },
    }


def write(folder, shape, weights, bits=8, block=32):
    """Graph and configuration into a folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    proto = build(shape, weights, bits, block)
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    (folder / "genai_config.json").write_text(json.dumps(genai_config(shape), indent=2) + "\n")
    # The chat template is the one these weights learned.
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer.config(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(folder, shape):
    """The float32 weights that the exported file computes with, under the trainer's names."""
    proto = onnx.load(str(pathlib.Path(folder) / "model.onnx"))
    arrays = {t.name: numpy_helper.to_array(t) for t in proto.graph.initializer}
    bits = next(a.i for n in proto.graph.node if n.op_type == "MatMulNBits" for a in n.attribute if a.name == "bits")

    def matrix(name):
        return dequantise(arrays[f"{name}.MatMul.weight_quant"], arrays[f"{name}.MatMul.weight_scales"], bits)

    weights = {"embed": matrix("lm_head"), "final_norm": arrays[f"model.layers.{shape.layers}.final_norm_layernorm.weight"],
               "input_table": arrays["model.embed_tokens.weight"].astype(numpy.float32)}
    for i in range(shape.layers):
        key = f"model.layers.{i}"
        weights.update({
            f"layers.{i}.qkv": matrix(f"{key}.attn.qkv_proj"), f"layers.{i}.out": matrix(f"{key}.attn.o_proj"),
            f"layers.{i}.gate_up": matrix(f"{key}.mlp.gate_up_proj"), f"layers.{i}.down": matrix(f"{key}.mlp.down_proj"),
            f"layers.{i}.input_norm": arrays[f"{key}.input_layernorm.weight"],
            f"layers.{i}.post_norm": arrays[f"{key}.post_attention_layernorm.weight"]})
    return weights


def checkpoint(model, run=None, random_weights=False):
    """Shape and float32 weights of the newest checkpoint (or of a fresh model)."""
    import torch
    from model import SHAPES, Decoder
    from train import checkpoint_folder

    shape = SHAPES[model]
    if random_weights:
        torch.manual_seed(0)
        state = Decoder(shape).state_dict()
    else:
        saved = torch.load(checkpoint_folder() / (run or model) / "checkpoint.pt")
        state = saved.get("average", saved["model"])
    return shape, {n: p.detach().float().numpy() for n, p in state.items()}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--model", choices=("mini", "nano"), required=True)
    p.add_argument("--run")
    p.add_argument("--out", required=True)
    p.add_argument("--bits", type=int, default=8, choices=(4, 8))
    p.add_argument("--block", type=int, default=32)
    p.add_argument("--random", action="store_true")
    o = p.parse_args()
    shape, weights = checkpoint(o.model, o.run, o.random)
    write(o.out, shape, weights, o.bits, o.block)
    print(f"{o.out}: {(pathlib.Path(o.out) / 'model.onnx').stat().st_size / 1e6:.2f} MB, "
          f"{sum(w.size for w in weights.values()) / 1e6:.2f} M parameters")


if __name__ == "__main__":
    main()
