#!/usr/bin/env python3
"""Makes a directory for the quickstart's --data from any text: train.jsonl, held-out.jsonl, and the model directory given.

    python3 make_from_text.py TEXT MODEL OUTPUT [HELD_OUT_BYTES]

Pieces of whole paragraphs, up to 1200 bytes where paragraphs are shorter: the first line is the prompt, the rest the answer. Of every
k pieces the last one is held out, k so that about HELD_OUT_BYTES (60000) are. MODEL holds config.json; tokenizer files that it
lacks are the quickstart's, whose tokens are bytes.
"""

import json
import pathlib
import re
import shutil
import sys

MOST = 1200


def pieces(text):
    piece = ""
    for paragraph in re.split(r"\n\s*\n", text):
        if piece and len((piece + paragraph).encode()) > MOST:
            yield piece
            piece = ""
        piece += paragraph.strip("\n") + "\n\n"
    yield piece


def lines(text):
    for piece in pieces(text):
        first, _, rest = piece.strip().partition("\n")
        answer = rest.strip().encode()[:MOST].decode("utf-8", "ignore")
        if first and answer:
            yield json.dumps({"prompt": first[:200] + "\n", "answer": answer})


def main(source, model, target, held_out="60000"):
    target = pathlib.Path(target)
    (target / "model").mkdir(parents=True)
    for directory in (pathlib.Path(__file__).parent / "model", pathlib.Path(model)):
        for file in directory.iterdir():
            shutil.copy(file, target / "model" / file.name)
    all_lines = list(lines(pathlib.Path(source).read_text(encoding="utf-8")))
    every = max(2, sum(map(len, all_lines)) // int(held_out))
    with (target / "train.jsonl").open("w") as train, (target / "held-out.jsonl").open("w") as kept:
        for number, line in enumerate(all_lines):
            (kept if number % every == every - 1 else train).write(line + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
