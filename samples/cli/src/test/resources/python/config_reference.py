"""Small networks with random settings of config.json, and what transformers makes of them: config_reference.py OUT SEEDS > names.json

OUT/NAME: config.json, weights, tokenizer files, reference.safetensors (input_ids, token_type_ids of BERT, outputs: logits or, of a bare
body, last_hidden_state). Every setting is one that transformers and Tenon both know, or one that transformers reads in another family
only; rope and dtype come in the spellings of transformers 4 and 5.
"""
import json
import os
import pathlib
import random
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSequenceClassification

torch.set_num_threads(1)
ORACLE = pathlib.Path(__file__).parent.parent / "oracle" / "families"
TOKENIZERS = {"gpt2": "gpt2", "bert": "bert-mlm", "roberta": "roberta-mlm", "distilbert": "distilbert-mlm"}
VOCAB, HIDDEN, LENGTH = 344, 32, 24
KINDS = {
    "ForCausalLM": AutoModelForCausalLM,
    "LMHeadModel": AutoModelForCausalLM,
    "ForMaskedLM": AutoModelForMaskedLM,
    "ForSequenceClassification": AutoModelForSequenceClassification,
    "Model": AutoModel,
}
GELUS = ["gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python", "quick_gelu"]
ACTS = ["silu", "relu", "tanh", "mish", "relu2"] + GELUS
TYPES = ["full_attention", "sliding_attention", "full_attention"]
LAYERS = {"num_hidden_layers": 3, "num_attention_heads": 4}
DECODER = {"hidden_size": HIDDEN, "intermediate_size": 40, "max_position_embeddings": 64, "bos_token_id": 1, "eos_token_id": 2, **LAYERS}
ANY_DECODER = {
    "head_dim": [8, 12, 6],
    "num_key_value_heads": [1, 2, 4],
    "tie_word_embeddings": [True, False],
    "rms_norm_eps": [1e-5, 1e-2],
    "pad_token_id": [None, 3, -1],
    "attention_dropout": [0.1],
    "initializer_range": [0.1],
    "norm_topk_prob": [False],
    "use_cache": [False],
}
WINDOW = {"sliding_window": [5], "final_logit_softcapping": [3.0, None], "hidden_act": ACTS}
QWEN = {"use_sliding_window": [True, False], "sliding_window": [5], "max_window_layers": [1, 2, 0], "hidden_act": ACTS}
ENCODER = {"hidden_size": HIDDEN, "intermediate_size": 40, "max_position_embeddings": 64, **LAYERS}
ANY_ENCODER = {
    "hidden_act": ACTS,
    "layer_norm_eps": [1e-5, 1e-2],
    "tie_word_embeddings": [True, False],
    "position_embedding_type": ["absolute"],
    "is_decoder": [False],
    "chunk_size_feed_forward": [4],
    "classifier_dropout": [None, 0.3],
    "hidden_dropout_prob": [0.2],
    "sliding_window": [5],
}
# family -> class, settings that it has, settings to choose from
FAMILIES = {
    "llama": ("Llama", DECODER, {**ANY_DECODER, **WINDOW, "attention_bias": [True], "mlp_bias": [True]}),
    "mistral": ("Mistral", {**DECODER, "head_dim": 8, "num_key_value_heads": 2}, {**ANY_DECODER, "sliding_window": [None, 5], "hidden_act": ACTS, "attention_bias": [True]}),
    "qwen2": ("Qwen2", {**DECODER, "num_key_value_heads": 4}, {**ANY_DECODER, **QWEN, "attention_bias": [False]}),
    "qwen3": ("Qwen3", {**DECODER, "head_dim": 8, "num_key_value_heads": 4}, {**ANY_DECODER, **QWEN, "attention_bias": [True]}),
    "gemma": (
        "Gemma",
        {**DECODER, "head_dim": 8, "num_key_value_heads": 4},
        {**ANY_DECODER, "attention_bias": [True], "hidden_act": GELUS, "hidden_activation": [None, "relu"], "sliding_window": [5]},
    ),
    "gemma2": (
        "Gemma2",
        {**DECODER, "head_dim": 8, "sliding_window": 6},
        {
            **ANY_DECODER,
            "attention_bias": [True],
            "hidden_activation": GELUS,
            "hidden_act": ["relu"],
            "query_pre_attn_scalar": [5, 20],
            "attn_logit_softcapping": [None, 3.0],
            "final_logit_softcapping": [None, 5.0],
            "layer_types": [TYPES],
        },
    ),
    "mixtral": (
        "Mixtral",
        {**DECODER, "head_dim": 8, "num_local_experts": 4, "num_key_value_heads": 2},
        {**ANY_DECODER, "num_experts_per_tok": [1, 3], "sliding_window": [None, 5], "hidden_act": ACTS, "output_router_logits": [True]},
    ),
    "gpt2": (
        "GPT2",
        {"n_positions": 40, "bos_token_id": 1, "eos_token_id": 2},
        {
            "n_inner": [None, 50],
            "activation_function": ACTS,
            "scale_attn_weights": [False],
            "scale_attn_by_inverse_layer_idx": [True],
            "reorder_and_upcast_attn": [True],
            "layer_norm_epsilon": [1e-2],
            "tie_word_embeddings": [False],
            "hidden_act": ["relu"],
            "n_ctx": [20],
        },
    ),
    "bert": ("Bert", ENCODER, {**ANY_ENCODER, "type_vocab_size": [1, 3], "pad_token_id": [None, 3]}),
    "roberta": ("Roberta", {**ENCODER, "pad_token_id": 1}, {**ANY_ENCODER, "type_vocab_size": [1, 2], "pad_token_id": [1, 4]}),
    "distilbert": (
        "DistilBert",
        {"hidden_dim": 40, "max_position_embeddings": 64},
        {"activation": ACTS, "tie_word_embeddings": [False], "pad_token_id": [None, 3], "hidden_act": ["relu"], "seq_classif_dropout": [0.3]},
    ),
}
NAMES = {"gpt2": ("n_embd", "n_layer", "n_head"), "distilbert": ("dim", "n_layers", "n_heads")}
SHARED = ("hidden_size", "num_hidden_layers", "num_attention_heads")


def rope(rng):
    """One rope in one of its spellings."""
    theta = rng.choice([500.0, 10000.0, 1e6])
    original = {"factor": 4.0, "original_max_position_embeddings": 16}
    kinds = [
        {"rope_type": "default"},
        {"rope_type": "linear", "factor": 2.5},
        {"rope_type": "dynamic", "factor": 3.0},
        {"rope_type": "yarn", **original},
        {"rope_type": "yarn", **original, "attention_factor": 0.8, "beta_fast": 8, "beta_slow": 2, "truncate": False},
        {"rope_type": "yarn", **original, "mscale": 0.7, "mscale_all_dim": 0.5},
        {"rope_type": "llama3", **original, "low_freq_factor": 1.0, "high_freq_factor": 4.0},
    ]
    kind = rng.choice(kinds)
    if rng.random() < 0.5:
        return {"rope_parameters": {"rope_theta": theta, **kind}}
    if kind["rope_type"] == "default":
        return {"rope_theta": theta, **rng.choice([{}, {"rope_scaling": None}])}
    if rng.random() < 0.5:
        kind["type"] = kind.pop("rope_type")
    return {"rope_theta": theta, "rope_scaling": kind}


def configuration(family, rng):
    name, fixed, choices = FAMILIES[family]
    config = {"model_type": family, "vocab_size": VOCAB, **fixed}
    if family in NAMES:
        config.update(zip(rng.choice([NAMES[family], SHARED]), (HIDDEN, 3, 4)))
    for key, values in choices.items():
        if rng.random() < 0.4:
            config[key] = rng.choice(values)
    if "rms_norm_eps" in choices:
        config.update(rope(rng))
        heads = ["ForCausalLM", "ForCausalLM", "ForSequenceClassification"]
    else:
        heads = ["LMHeadModel", "ForSequenceClassification"] if family == "gpt2" else ["ForMaskedLM", "ForSequenceClassification", "Model"]
    config["architectures"] = [name + rng.choice(heads)]
    if config["architectures"][0].endswith("Classification"):
        labels = rng.choice([1, 3])
        config["id2label"] = {str(i): f"class {i}" for i in range(labels)}
    config[rng.choice(["dtype", "torch_dtype"])] = rng.choice(["float32", "bfloat16"])
    return config


def write(config, directory, seed):
    (directory / "config.json").write_text(json.dumps(config, indent=2))
    source = ORACLE / TOKENIZERS.get(config["model_type"], "llama")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, directory)
    kind = next(x for suffix, x in KINDS.items() if config["architectures"][0].endswith(suffix))
    read = AutoConfig.from_pretrained(directory)
    torch.manual_seed(seed)
    model = kind.from_config(read, attn_implementation="eager").float()
    numbers = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            noise = torch.randn(p.shape, generator=numbers)
            p.copy_(p + 0.2 * noise if p.ndim == 1 else 0.3 * noise)
    model.to(getattr(torch, config.get("dtype") or config["torch_dtype"])).save_pretrained(directory / "saved")
    for file in (directory / "saved").glob("*.safetensors"):
        shutil.move(file, directory)
    shutil.rmtree(directory / "saved")

    # As a user opens them; saving has not touched config.json.
    model, info = kind.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), (config, info)
    ids = torch.randint(0, VOCAB, (1, LENGTH), generator=numbers)
    rows = {"input_ids": ids}
    if config["model_type"] == "bert":
        rows["token_type_ids"] = torch.randint(0, read.type_vocab_size, ids.shape, generator=numbers)
    with torch.no_grad():
        out = model.eval()(**rows)
    found = out.logits if "logits" in out else out.last_hidden_state
    save_file({**rows, "outputs": found.contiguous()}, directory / "reference.safetensors")


def main(out, seeds):
    names = []
    for family in FAMILIES:
        for seed in range(int(seeds)):
            name = f"{family}-{seed}"
            directory = pathlib.Path(out) / name
            directory.mkdir()
            write(configuration(family, random.Random(name)), directory, seed)
            names.append(name)
    json.dump({"names": names}, sys.stdout)


main(*sys.argv[1:])
