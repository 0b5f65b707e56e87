#!/usr/bin/env python3
"""Makes train.jsonl and held-out.jsonl from Debian's dict-devil, The Devil's Dictionary (see NOTICE.md).

    apt-get download dict-devil && dpkg-deb -x dict-devil_*.deb x
    python3 make_data.py x/usr/share/dictd/devil.dict.dz

Kept of each entry: its headword as the prompt and its first paragraph of prose, unwrapped, as the answer. Left out: verse,
quotations, what follows the last full sentence within 1600 bytes, and entries that mock peoples, religions or women.
An entry is held out if the first byte of its prompt's SHA-256 is below 26: about one in ten.
"""

import gzip
import hashlib
import json
import pathlib
import re
import sys

MOST = 1600
HEADING = re.compile(r"([A-Z][A-Z'\-]+(?: [A-Z'\-]+)*), ([a-z.,]+)\s")
HEADWORDS_LEFT_OUT = set(
    """ABDOMEN ABORIGINIES AFRICAN ALLAH ARTLESSNESS BEARD BEAUTY BRIDE CLAIRVOYANT CONVENT CURIOSITY FRYING-PAN GARTHER
    HATCHET HEATHEN HEBREW HELPMATE HOSTILITY HOURI INCUBUS INDISCRETION JOSS-STICKS KORAN LAP LIMB MAGDALENE MALE MINSTREL
    MISS MULATTO NEGRO POCKET RAZOR RED-SKIN REPARTEE RUSSIAN SALACITY SEINE SEVERALTY TOPE UGLINESS UXORIOUSNESS WEAKNESSES
    WINE WITCH ZANZIBARI ZIGZAG""".split()
)
WORDS_LEFT_OUT = re.compile(r"\b(jews?|jewish|savages?)\b", re.IGNORECASE)


def entries(text):
    """Headword, part of speech and prose of each entry."""
    for paragraph in re.split(r"\n\s*\n", text[text.index("ABASEMENT, n.") :]):
        heading = HEADING.match(paragraph)
        if heading:
            yield heading[1], heading[2], unwrap(paragraph[heading.end() :])


def unwrap(paragraph):
    """One line; a word that was broken at its hyphen becomes whole."""
    return re.sub(r"([A-Za-z]-) ([A-Za-z])", r"\1\2", " ".join(paragraph.split()).translate({ord("{"): None, ord("}"): None}))


def shorten(prose):
    """The sentences that end within the first MOST bytes."""
    if len(prose) <= MOST:
        return prose
    return prose[: max(prose.rfind(end, 0, MOST) for end in (". ", "! ", "? ")) + 1]


def main(source, target):
    files = {name: (target / name).open("w", encoding="utf-8") for name in ("train.jsonl", "held-out.jsonl")}
    for word, kind, prose in entries(gzip.open(source, "rt", encoding="ascii").read()):
        if word in HEADWORDS_LEFT_OUT or WORDS_LEFT_OUT.search(prose):
            continue
        prompt = f"{word}, {kind}\n"
        held_out = hashlib.sha256(prompt.encode()).digest()[0] < 26
        line = json.dumps({"prompt": prompt, "answer": shorten(prose)})
        files["held-out.jsonl" if held_out else "train.jsonl"].write(line + "\n")
    for file in files.values():
        file.close()


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(__file__).parent)
