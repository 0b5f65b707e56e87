#!/usr/bin/env python3
"""Makes model/tokenizer.json: the id of a byte is the byte, then bos and eos; no merges, so any text is one token a byte."""

import json
import pathlib

BOS, EOS = "<|bos|>", "<|eos|>"


def spellings():
    """How the ByteLevel parts of HuggingFace's tokenizers spell each byte: itself if it prints, else a letter from U+0100 on."""
    prints = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in prints else next(others)) for byte in range(256)]


def special(token, token_id):
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": token_id, "content": token, **flags, "special": True}


def piece(name, kind="Sequence", type_id=0):
    return {kind: {"id": name, "type_id": type_id}}


def tokenizer():
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    vocabulary = {token: token_id for token_id, token in enumerate([*spellings(), BOS, EOS])}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special(BOS, 256), special(EOS, 257)],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [piece(BOS, "SpecialToken"), piece("A")],
            "pair": [piece(BOS, "SpecialToken"), piece("A"), piece("B", type_id=1)],
            "special_tokens": {BOS: {"id": BOS, "ids": [256], "tokens": [BOS]}},
        },
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": vocabulary,
            "merges": [],
        },
    }


if __name__ == "__main__":
    target = pathlib.Path(__file__).parent / "model" / "tokenizer.json"
    target.write_text(json.dumps(tokenizer(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
