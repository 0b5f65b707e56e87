#!/usr/bin/env python3
"""Writes tokenizer.json, tokenizer_cases.json and reference.json of the folders in ../../dev/tenon/nn/families, beside the
config.json that is there. Deterministic.

usage: python3 make.py ../../dev/tenon/nn/families      (tokenizers 0.23.3, transformers 5.23.0, torch)
"""
import json, os, sys
import transformers
from tokenizers import Tokenizer
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

# The text and the kinds of tokenizers are those of the oracle.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 6, "samples/cli/src/test/oracle"))
import oracle_corpus as corpus
import oracle_tokenizers as tokenizer_kinds

KINDS = {"llama": ("llama-legacy", 340), "llama-rope3-sharded": ("llama3", 310), "llama-bf16-v4config": ("llama3", 290)}


def cases(tok, special):
    out = dict(strings=[], pairs=[])
    names = [a.content for _, a in sorted(tok.get_added_tokens_decoder().items())]
    for s in corpus.TOKEN_CASES:
        if s == "{SPECIALS}":
            s = "text " + " mid ".join(names[:4]) + "tail" + names[0]
        e, n = tok.encode(s), tok.encode(s, add_special_tokens=False)
        out["strings"].append(dict(
            text=s, ids=e.ids, ids_without_special=n.ids, type_ids=e.type_ids, tokens=n.tokens, offsets=[list(o) for o in n.offsets],
            decode=tok.decode(e.ids, skip_special_tokens=False), decode_skip_special=tok.decode(e.ids, skip_special_tokens=True)))
    for a, b in corpus.PAIR_CASES:
        e = tok.encode(a, b)
        out["pairs"].append(dict(text_a=a, text_b=b, ids=e.ids, type_ids=e.type_ids, special_tokens_mask=e.special_tokens_mask))
    cut, pad = Tokenizer.from_str(tok.to_str()), special["eos_token"]
    texts = [corpus.TOKEN_CASES[2], corpus.TOKEN_CASES[5], "a"]
    for side in ("right", "left"):
        cut.enable_padding(direction=side, pad_id=cut.token_to_id(pad), pad_token=pad)
        cut.enable_truncation(max_length=12)
        es = cut.encode_batch(texts)
        out[f"batch_truncate12_pad_{side}"] = dict(texts=texts, ids=[e.ids for e in es], attention_mask=[e.attention_mask for e in es])
    return out


def reference(folder):
    config = transformers.LlamaConfig.from_pretrained(folder)
    model = transformers.LlamaForCausalLM(config)
    return dict(inv_freq=[float(x) for x in LlamaRotaryEmbedding(config).inv_freq],
                parameters={k: list(v.shape) for k, v in model.named_parameters()})


def write(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")


for name, (kind, size) in KINDS.items():
    folder = os.path.join(sys.argv[1], name)
    tok, keys, _ = tokenizer_kinds.build(kind, corpus.PARAGRAPHS, size)
    tok.save(os.path.join(folder, "tokenizer.json"))
    write(os.path.join(folder, "tokenizer_cases.json"), cases(tok, keys))
    write(os.path.join(folder, "reference.json"), reference(folder))
