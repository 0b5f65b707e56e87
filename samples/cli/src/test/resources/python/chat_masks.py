"""Ids and assistant masks of conversations, as transformers makes them.

usage: chat_masks.py DIRECTORY request.json; prints {"rows": [{"ids": [...], "mask": [...]}]}
The request is {"conversations": [[{role, content}, ...], ...]}.
"""

import json
import sys

from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
rows = []
with open(sys.argv[2], encoding="utf-8") as f:
    for messages in json.load(f)["conversations"]:
        out = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        rows.append({"ids": out["input_ids"], "mask": out["assistant_masks"]})
json.dump({"rows": rows}, sys.stdout)
