"""Writes names.json: the arguments of TrainingArguments and GenerationConfig with their defaults, and of TRL's SFTConfig
where TRL is installed. Run with transformers 5.23: python names.py > names.json"""

import dataclasses
import json

import transformers


def plain(value):
    value = getattr(value, "value", value)
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)


def fields(config):
    found = {}
    for each in dataclasses.fields(config):
        default = each.default
        if default is dataclasses.MISSING:
            default = each.default_factory() if each.default_factory is not dataclasses.MISSING else None
        found[each.name] = plain(default)
    return found


# Unset fields are None; generate() fills them in from here.
generation = dict(vars(transformers.GenerationConfig()))
if hasattr(transformers.GenerationConfig, "_get_default_generation_params"):
    generation.update(transformers.GenerationConfig._get_default_generation_params())
names = {
    "transformers": transformers.__version__,
    "TrainingArguments": fields(transformers.TrainingArguments),
    "GenerationConfig": {k: plain(v) for k, v in generation.items() if not k.startswith("_")},
}
try:
    import trl

    names["trl"] = trl.__version__
    names["SFTConfig"] = fields(trl.SFTConfig)
except ImportError:
    pass
print(json.dumps(names, indent=1, sort_keys=True))
