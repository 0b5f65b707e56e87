"""Pairs of texts cut by transformers: make_text_pairs.py RESOURCES/oracle, writes texts/pairs.json there."""
import json
import sys

from transformers import AutoTokenizer

ROOT = sys.argv[1] + "/"
PAIRS = [
    ("The lighthouse stands on a rock.", "Sea"),
    ("Sea", "The lighthouse stands on a rock and the sea is all around it."),
    ("one two three four five six", "a b c d e f g h i j"),
    ("", "x y z and more of it"),
    ("even even", "odd odd odd"),
]


def row(tokenizer, first, second, most):
    cut = tokenizer(first, second, truncation="longest_first", max_length=most, return_token_type_ids=True)
    return dict(first=first, second=second, max_length=most, ids=cut["input_ids"], types=cut["token_type_ids"])


rows = {}
for family in ["bert-cls", "roberta-cls"]:
    tokenizer = AutoTokenizer.from_pretrained(ROOT + "families/" + family)
    rows[family] = [row(tokenizer, a, b, n) for a, b in PAIRS for n in (5, 7, 8, 11, 13, 40)]
with open(ROOT + "texts/pairs.json", "w") as f:
    json.dump(rows, f)
