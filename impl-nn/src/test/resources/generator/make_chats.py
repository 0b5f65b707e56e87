"""Renders random conversations with the chat templates of a directory, as transformers does.

usage: make_chats.py TEMPLATES SEED COUNT > chats.json
Made with transformers 5.23.0 and jinja2 3.1.6.
"""

import json
import random
import sys
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

WORDS = ["hello", "Hi there", " padded \n", "café 😀?", "2+2=4", "", "a\nb\n\nc", "<think>\nhm\n</think>\n\nyes", "it's \"so\"",
         "\ttab", "Über STRASSE ß", "x" * 12, "[INST]", "100%", "back\\slash", "end ", "日本語 です", "<tool_response>r</tool_response>", "nb\u00a0sp"]
TOOLS = [
    {"type": "function", "function": {"name": "weather", "description": "Tell the\nweather",
     "parameters": {"type": "object", "required": ["city"], "properties": {
         "city": {"type": "string", "description": "Größe"}, "days": {"type": "integer", "nullable": True}}}}},
    {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {
        "xs": {"type": "array", "items": {"type": "number"}}, "mode": {"enum": ["a", "b"]}, "any": {"type": ["string", "null"]}}},
        "return": {"type": "number"}}},
]


def text(rng):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 3)))


def call(rng):
    arguments = rng.choice([{"city": "Zürich", "days": 2}, {"xs": [1, 2.5, 1e-7, 1e22], "deep": {"k": None, "t": True}}, {}, {"city": text(rng)}])
    return {"type": "function", "id": "abcdefgh%d" % rng.randint(0, 9), "function": {"name": rng.choice(["weather", "add"]), "arguments": arguments}}


def message(rng, role):
    found = {"role": role, "content": text(rng)}
    kind = rng.random()
    if role == "assistant" and kind < 0.25:
        found = {"role": role, "tool_calls": [call(rng) for _ in range(rng.choice([1, 1, 2]))]}
        if rng.random() < 0.5:
            found["content"] = text(rng)
    elif role == "assistant" and kind < 0.4:
        found["reasoning_content"] = text(rng)
    elif role == "tool":
        found["tool_call_id"] = "abcdefgh1" if kind < 0.9 else "short"
    elif kind < 0.15:
        found["content"] = [{"type": "text", "text": text(rng)}, {"type": "image"}]
    return found


def conversation(rng):
    if rng.random() < 0.15:  # in disorder
        roles = [rng.choice(["user", "assistant", "system", "tool", "stop"]) for _ in range(rng.randint(1, 4))]
    else:
        roles = ["system"] if rng.random() < 0.4 else []
        for _ in range(rng.randint(1, 3)):
            roles += ["user", "assistant"]
            if rng.random() < 0.2:
                roles += ["tool", "assistant"]
        roles = roles[: len(roles) - rng.randint(0, 1)]
    return [message(rng, role) for role in roles]


def variables(rng):
    found = {"bos_token": "<s>", "eos_token": "</s>"}
    if rng.random() < 0.2:
        found["enable_thinking"] = rng.random() < 0.5
    if rng.random() < 0.2:
        found["tools_in_user_message"] = False
    if rng.random() < 0.1:
        found["builtin_tools"] = ["weather", "code_interpreter"]
    return found


def main():
    directory, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    cases = []
    for file in sorted(directory.glob("*.jinja")):
        template = file.read_text(encoding="utf-8")
        for i in range(count):
            rng = random.Random("%s %d %d" % (file.name, seed, i))
            given = dict(messages=conversation(rng), tools=rng.choice([None, None, TOOLS, TOOLS[:1]]), add_generation_prompt=rng.random() < 0.5)
            more = variables(rng)
            case = dict(template=file.name, variables=more, **given)
            try:
                rendered, spans = render_jinja_template([given["messages"]], tools=given["tools"], chat_template=template,
                                                        return_assistant_tokens_mask="generation" in template,
                                                        add_generation_prompt=given["add_generation_prompt"], **more)
                case["text"] = rendered[0]
                case["generated"] = [list(x) for x in (spans[0] if spans else [])]
            except Exception as e:
                case["error"] = type(e).__name__ + ": " + str(e)
            cases.append(case)
    json.dump({"cases": cases}, sys.stdout, ensure_ascii=False, indent=0)


main()
