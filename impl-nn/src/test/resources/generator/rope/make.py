#!/usr/bin/env python3
"""Writes rope.json: rotary frequencies and the factor of cosines and sines, of transformers' LlamaRotaryEmbedding, for many
configurations in both spellings. Deterministic.

usage: python3 make.py rope.json      (transformers 5.23.0, torch)
"""
import copy, json, sys
import transformers
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

SIZES = dict(vocab_size=16, hidden_size=64, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2)
LLAMA3 = dict(rope_type="llama3", low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=512)
CASES = [
    dict(rope_theta=500000.0),
    dict(rope_theta=10000.0, rope_scaling=dict(type="linear", factor=2.5)),
    dict(rope_parameters=dict(rope_type="linear", rope_theta=3000.0, factor=8)),
    dict(rope_theta=10000.0, rope_scaling=dict(rope_type="dynamic", factor=2.3), max_position_embeddings=96),
    dict(rope_parameters=dict(rope_type="dynamic", rope_theta=70000.0, factor=4.0), head_dim=12),
    dict(rope_parameters=dict(rope_theta=500000.0, factor=8.0, **LLAMA3)),
    dict(rope_theta=10000.0, rope_scaling=dict(factor=32.0, **LLAMA3), head_dim=80),
    dict(rope_theta=10000.0, rope_scaling=YARN),
    dict(rope_parameters=dict(rope_theta=1e6, **YARN), head_dim=128, max_position_embeddings=2048),
    dict(rope_parameters=dict(rope_theta=150000.0, truncate=False, **YARN), head_dim=64),
    dict(rope_parameters=dict(rope_theta=10000.0, beta_fast=8.0, beta_slow=2.0, attention_factor=1.25, **YARN)),
    dict(rope_parameters=dict(rope_theta=10000.0, mscale=1.0, mscale_all_dim=0.707, **YARN)),
    dict(rope_parameters=dict(rope_theta=10000.0, mscale=1.0, **YARN)),
    dict(rope_parameters=dict(rope_theta=10000.0, mscale=0.0, mscale_all_dim=1.0, **YARN)),
    dict(rope_theta=10000.0, rope_scaling=dict(rope_type="yarn", factor=None, original_max_position_embeddings=256)),
    dict(rope_theta=10000.0, rope_scaling=dict(rope_type="yarn", factor=2.0), max_position_embeddings=4096),
    dict(rope_theta=10000.0, rope_scaling=dict(rope_type="yarn", factor=1.0, original_max_position_embeddings=2048)),
    dict(rope_theta=10000.0, rope_scaling=dict(rope_type="yarn", factor=40.0, original_max_position_embeddings=8)),
    dict(rope_theta=10000.0, rope_scaling=YARN, original_max_position_embeddings=128),
]

out = []
for case in CASES:
    keys = dict(SIZES, **case)
    rope = LlamaRotaryEmbedding(transformers.LlamaConfig(**copy.deepcopy(keys)))
    out.append(dict(config=keys, inv_freq=[float(x) for x in rope.inv_freq], attention_scaling=float(rope.attention_scaling)))
with open(sys.argv[1], "w", encoding="utf-8") as f:
    f.write('{"cases": [\n' + ",\n".join(json.dumps(x) for x in out) + "\n]}\n")
