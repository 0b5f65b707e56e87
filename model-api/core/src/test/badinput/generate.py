"""Writes safetensors files, most of them damaged or hostile, and cases.tsv, which says what reading each must do.

usage: python3 generate.py ../resources/badinput        (Python 3.8 or newer, standard library only)

Columns of cases.tsv, separated by tabs: path; category (S: a safetensors file); verdict (accept, reject, any); expect (what the
error names, alternatives separated by |); the verdict of the Python package safetensors 0.8.0; note. In texts \\n, \\t and
\\\\ stand for newline, tab and backslash.
"""

import json
import pathlib
import struct
import sys

OUT = pathlib.Path(sys.argv[1])
ROWS = []
FOUR = bytes(4)


def case(name, content, verdict="reject", expect="", python=None, note=""):
    path = "S/" + name + ".safetensors"
    (OUT / path).parent.mkdir(parents=True, exist_ok=True)
    (OUT / path).write_bytes(content)
    ROWS.append([path, "S", verdict, expect, python or verdict, note])


def file(header, data=FOUR, length=None):
    if isinstance(header, str):
        header = header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(name="w", dtype='"F32"', shape="[1]", offsets="[0,4]", extra=""):
    return '"%s":{"dtype":%s,"shape":%s,"data_offsets":%s%s}' % (name, dtype, shape, offsets, extra)


def header(*entries):
    return "{" + ",".join(entries) + "}"


GOOD = header(entry())


def lengths():
    case("no-bytes", b"", expect="offset=0")
    for count in range(1, 8):
        case("only-%d-bytes" % count, bytes(count), expect="offset=0")
    case("length-zero", file(""), expect="offset=0|offset=8")
    for name, length in (
        ("one-too-long", len(GOOD) + 5),
        ("limit", 100_000_000),
        ("over-limit", 100_000_001),
        ("int-max", 2**31 - 1),
        ("uint-max", 2**32 - 1),
        ("long-max", 2**63 - 1),
        ("negative", 2**63),
        ("minus-eight", 2**64 - 8),
        ("all-ones", 2**64 - 1),
    ):
        case("length-" + name, file(GOOD, length=length), expect="offset=0")
    case("length-short", file(GOOD, length=len(GOOD) - 1), expect="offset")


def texts():
    for name, text, where in (
        ("plain-text", "weights", "offset=8"),
        ("list", "[1]", "offset=8"),
        ("null", "null", "offset=8"),
        ("string", '"x"', "offset=8"),
        ("only-spaces", "    ", "offset=8"),
        ("open-object", "{", "offset"),
        ("second-object", GOOD + "{}", "offset"),
        ("comma-at-end", GOOD[:-1] + ",}", "offset"),
        ("single-quotes", GOOD.replace('"', "'"), "offset"),
        ("comment", "{/**/" + GOOD[1:], "offset"),
        ("nul-padding", GOOD + "\0", "offset"),
        ("control-character", GOOD.replace('"w"', '"w\x01"'), "offset"),
        ("half-surrogate", GOOD.replace('"w"', '"\\ud801"'), "offset"),
        ("deep-list", '{"w":' + "[" * 3000 + "]" * 3000 + "}", "offset"),
        ("deep-object", '{"w":' * 3000 + "1" + "}" * 3000, "offset"),
        ("nan", header(entry(shape="[NaN]")), "offset|w"),
    ):
        case("text-" + name, file(text), expect=where)
    case("text-byte-order-mark", file(b"\xef\xbb\xbf" + GOOD.encode()), expect="offset=8")
    case("text-cut-utf8", file(GOOD.replace("w", "\xff").encode("latin-1")), expect="offset=10")
    case("text-overlong-utf8", file(GOOD.encode().replace(b"w", b"\xc0\xaf")), expect="offset")
    case("text-space-first", file(" " + GOOD), expect="offset=8", python="accept", note="the format wants { first")


def entries():
    two = bytes(8)
    case("name-twice", file(header(entry(), entry(offsets="[4,8]")), two), expect="w")
    escaped = header(entry(), entry(offsets="[4,8]").replace('"w"', '"\\u0077"'))
    case("name-twice-escaped", file(escaped, two), expect="w")
    for key in ("dtype", "shape", "data_offsets"):
        value = {"dtype": '"F32"', "shape": "[1]", "data_offsets": "[0,4]"}[key]
        case(key + "-twice", file(header(entry(extra=',"%s":%s' % (key, value)))), expect="w|" + key)
        case(key + "-missing", file(GOOD.replace('"%s":%s' % (key, value), '"z":0')), expect="w|" + key)
        for kind, other in (("null", "null"), ("text", '"1"'), ("number", "1"), ("object", "{}"), ("bool", "true")):
            case(key + "-" + kind, file(GOOD.replace(":" + value, ":" + other)), expect="w|" + key)
    for name, value in (("null", "null"), ("list", "[]"), ("text", '"F32"'), ("empty", "{}")):
        case("entry-" + name, file('{"w":%s}' % value, b""), expect="w")
    for name, dtype in (("float", "FLOAT32"), ("small", "f32"), ("space", "F32 "), ("none", ""), ("long", "F" * 300)):
        case("dtype-" + name, file(header(entry(dtype='"%s"' % dtype))), expect="w|dtype")
    for name, shape in (
        ("minus", "[-1]"),
        ("minus-zero", "[-0]"),
        ("fraction", "[1.0]"),
        ("exponent", "[1e0]"),
        ("zero-first", "[01]"),
        ("nested", "[[1]]"),
        ("null-inside", "[null]"),
        ("two-63", "[9223372036854775808]"),
        ("huge", "[" + "9" * 400 + "]"),
        ("product", "[3037000500,3037000500]"),
        ("product-wraps-to-one", "[6148914691236517205,3]"),
        ("bytes", "[4611686018427387904]"),
        ("two", "[2]"),
        ("zero", "[0]"),
    ):
        case("shape-" + name, file(header(entry(shape=shape))), expect="w|shape|offset")
    for name, offsets in (
        ("none", "[]"),
        ("three", "[0,4,4]"),
        ("backward", "[4,0]"),
        ("minus", "[-4,0]"),
        ("fraction", "[0.0,4.0]"),
        ("late", "[4,8]"),
        ("far", "[0,400]"),
        ("huge", "[9223372036854775804,9223372036854775807]"),
        ("over", "[0,9223372036854775808]"),
    ):
        case("offsets-" + name, file(header(entry(offsets=offsets))), expect="w|data_offsets")
    case("offsets-same", file(header(entry("a"), entry("b"))), expect="a|b")
    case("offsets-inside", file(header(entry("a", shape="[2]", offsets="[0,8]"), entry("b", offsets="[2,6]")), two), expect="b")
    case("offsets-hole", file(header(entry("a"), entry("b", offsets="[5,9]")), bytes(9)), expect="b")
    case("offsets-hole-first", file(header(entry("b", offsets="[4,8]")), two), expect="b")
    empty = entry("e", shape="[0]", offsets="[2,2]")
    case("offsets-empty-inside", file(header(entry("a"), empty)), expect="a|e")
    case("data-none", file(GOOD, b""), expect="w|offset")
    case("data-short", file(GOOD, bytes(3)), expect="w|offset")
    case("data-long", file(GOOD, bytes(5)), expect="offset=%d" % (12 + len(GOOD)))
    case("data-without-tensors", file("{}", b"MZ"), expect="offset=10")
    for name, value in (("list", "[]"), ("number", '{"a":1}'), ("null-inside", '{"a":null}'), ("nested", '{"a":{}}'), ("twice", '{"a":"","a":""}')):
        python = "accept" if name == "twice" else None
        case("metadata-" + name, file('{"__metadata__":%s,%s' % (value, GOOD[1:])), expect="__metadata__", python=python)
    case("sub-byte", file(header(entry(dtype='"F4"', shape="[7]"))), expect="w")


def other_formats():
    case("is-pickle", b"\x80\x04K\x01.", expect="pickle|offset=0", python="reject")
    case("is-old-pickle", b"(lp0\n.", expect="pickle|offset=0")
    case("is-zip", b"PK\x03\x04" + bytes(26), expect="pickle|offset=0")
    case("is-gguf", b"GGUF\x03" + bytes(19), expect="gguf|offset=0")
    case("is-hdf5", b"\x89HDF\r\n\x1a\n" + bytes(40), expect="hdf5|offset=0")


def good():
    def accept(name, content, note=""):
        case("good-" + name, content, "accept", note=note)

    accept("one", file(GOOD))
    accept("nothing", file("{}", b""))
    accept("padded", file(GOOD + "   "))
    accept("scalar", file(header(entry(shape="[]"))))
    accept("empty", file(header(entry(shape="[0,7]", offsets="[0,0]")), b""))
    accept("empty-at-end", file(header(entry("e", shape="[0]", offsets="[4,4]"), entry())))
    accept("other-order", file(header(entry("b", offsets="[4,8]"), entry("a")), bytes(8)))
    accept("more-keys", file(header(entry(extra=',"note":[1]'))))
    accept("unicode", file(GOOD.replace("w", "w\u00e9\U0001f600").encode()))
    accept("path-like", file(header(entry("../../w"))), "a name is data, never a path")
    accept("empty-name", file(header(entry(""))))
    accept("metadata", file('{"__metadata__":{"format":"pt","a":""},' + GOOD[1:]))
    accept("other-type", file(header(entry(dtype='"F8_E4M3"', shape="[4]"))), "listed, though its values cannot be read")
    every = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
    at, parts = 0, []
    for dtype, size in every.items():
        parts.append(entry(dtype.lower(), '"%s"' % dtype, "[3]", "[%d,%d]" % (at, at + 3 * size)))
        at += 3 * size
    accept("every-type", file(header(*parts), bytes(at)))


for part in (lengths, texts, entries, other_formats, good):
    part()
escape = lambda text: text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
with open(OUT / "cases.tsv", "w", encoding="utf-8", newline="\n") as out:
    out.write("path\tcategory\tverdict\texpect\tsafetensors\tnote\n")
    for row in ROWS:
        out.write("\t".join(escape(column) for column in row) + "\n")
print(len(ROWS), "cases")
