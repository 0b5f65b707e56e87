#!/usr/bin/env python3
"""Writes model directories and files that must be refused, or must not be, and cases.tsv (see BadInputCasesTest). Deterministic,
standard library only.

usage: python3 make.py ../../dev/tenon/nn/badinput
"""
import json, pathlib, pickle, struct, sys

OUT = pathlib.Path(sys.argv[1])
CONFIG = dict(architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=8, hidden_size=4, intermediate_size=6,
              num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=16, rms_norm_eps=1e-6,
              rope_theta=10000.0, hidden_act="silu", tie_word_embeddings=True, bos_token_id=1, eos_token_id=2)
LAYER = {"input_layernorm": [4], "post_attention_layernorm": [4], "self_attn.q_proj": [4, 4], "self_attn.k_proj": [2, 4],
         "self_attn.v_proj": [2, 4], "self_attn.o_proj": [4, 4], "mlp.gate_proj": [6, 4], "mlp.up_proj": [6, 4], "mlp.down_proj": [4, 6]}
SHAPES = {"model.embed_tokens.weight": [8, 4], "model.norm.weight": [4],
          **{f"model.layers.0.{k}.weight": v for k, v in LAYER.items()}}
VOCAB = {t: i for i, t in enumerate(["<unk>", "<s>", "</s>", "a", "b", "c", "d", "e"])}
TOKENIZER = dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=None, pre_tokenizer=dict(type="Whitespace"),
                 post_processor=None, decoder=None, model=dict(type="WordLevel", vocab=VOCAB, unk_token="<unk>"))
rows = []


def safetensors(shapes, dtype="F32", size=4):
    header, end = {}, 0
    for name, shape in shapes.items():
        n = size
        for d in shape:
            n *= d
        header[name] = dict(dtype=dtype, shape=shape, data_offsets=[end, end + n])
        end += n
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * end


def case(path, verdict, expect, **files):
    for name, data in files.items():
        if data is not None:
            target = OUT / path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    rows.append((path, path[0], verdict, expect, "-", ""))


def model(path, verdict, expect="", **change):
    files = {"config.json": CONFIG, "tokenizer.json": TOKENIZER, "model.safetensors": safetensors(SHAPES), **change}
    case(path, verdict, expect, **files)


def config(**change):
    return {"config.json": {**CONFIG, **change}}


def without(name):
    return {k: v for k, v in SHAPES.items() if k != name}


model("J/good", "accept")
model("J/config-cut", "reject", "config.json", **{"config.json": json.dumps(CONFIG)[:40].encode()})
model("J/config-not-utf8", "reject", "config.json", **{"config.json": b'{"model_type": "\xff"}'})
model("J/config-deep", "reject", "config.json", **{"config.json": b'{"a":' * 5000 + b"1" + b"}" * 5000})
model("J/head-dim-huge", "reject", "head_dim", **config(head_dim=2**30))
model("J/layers-many", "reject", "num_hidden_layers", **config(num_hidden_layers=2**31 - 1))
model("J/heads-product", "reject", "q_proj.weight|num_attention_heads", **config(hidden_size=2**24, num_attention_heads=2**24, num_key_value_heads=2**24, head_dim=8192))
model("J/hidden-text", "reject", "hidden_size", **config(hidden_size="4"))
model("J/rope-longrope", "reject", "rope_scaling.rope_type", **config(rope_scaling=dict(rope_type="longrope", factor=2.0)))
model("J/quantized", "reject", "quantization_config", **config(quantization_config=dict(bits=4)))
model("J/eos-list", "reject", "eos_token_id", **config(eos_token_id=[2, 8]))
model("J/eos-text", "reject", "eos_token_id", **config(eos_token_id="</s>"))
model("J/weights-integer", "reject", "model.embed_tokens.weight", **{"model.safetensors": safetensors(SHAPES, "I32")})
model("J/weights-unknown", "reject", "stranger", **{"model.safetensors": safetensors({**SHAPES, "stranger": [1]})})
model("J/weights-buffer", "accept", **{"model.safetensors": safetensors({**SHAPES, "model.layers.0.self_attn.rotary_emb.inv_freq": [1]})})
model("J/weights-none", "reject", "model.safetensors", **{"model.safetensors": None})
model("J/norm-missing", "reject", "model.norm.weight", **{"model.safetensors": safetensors(without("model.norm.weight"))})
model("J/tokenizer-none", "reject", "tokenizer.json", **{"tokenizer.json": None})
model("J/tokenizer-number", "reject", "tokenizer.json", **{"tokenizer.json": {**TOKENIZER, "model": 3}})
model("J/tokenizer-ids", "reject", "tokenizer.json", **{"tokenizer.json": {**TOKENIZER, "model": dict(type="WordLevel", vocab={"a": "x"})}})
model("P/dir-pt", "reject", "consolidated.00.pth", **{"model.safetensors": None, "consolidated.00.pth": pickle.dumps([1.0], 2)})
model("P/dir-pt-beside", "accept", "", **{"consolidated.00.pth": pickle.dumps([1.0], 2)})
case("P", "reject", "pickle", **{"list.bin": pickle.dumps([1.0], 4)})
case("P", "reject", "gguf", **{"weights.safetensors": b"GGUF" + b"\0" * 20})
case("P", "reject", "config.json", **{"alone.safetensors": safetensors(SHAPES)})
for i, name in enumerate(["list.bin", "weights.safetensors", "alone.safetensors"]):
    rows[i - 3] = (f"P/{name}", *rows[i - 3][1:])

with open(OUT / "cases.tsv", "w", encoding="utf-8", newline="\n") as f:
    f.write("path\tcategory\tverdict\texpect\tsafetensors\tnote\n")
    f.writelines("\t".join(r) + "\n" for r in rows)
