"""What Python makes of model directories: directories_reference.py SCRATCH REQUEST.json > answer.json

request: cases, a list of {directory, kind, sequences}, or {directory, kind: sentences, texts}. kind: causal, masked, classes, value, body.
adapter: a directory of peft, put on the model. make_adapter: where peft saves one that it makes itself, with random numbers.
sequences: each {ids, types}; types may be empty.
answer: answers, one per case: {outputs, one flat list per sequence or text: logits [T][V], class logits [C], last_hidden_state [T][H],
vectors; id2label; max_seq_length}. Each sequence goes through the network alone, so no padding is involved.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSequenceClassification
from transformers.pytorch_utils import Conv1D

torch.set_num_threads(1)
KINDS = {
    "causal": (AutoModelForCausalLM, "CAUSAL_LM"),
    "masked": (AutoModelForMaskedLM, None),
    "classes": (AutoModelForSequenceClassification, "SEQ_CLS"),
    "value": (AutoModelForSequenceClassification, "SEQ_CLS"),
    "body": (AutoModel, "FEATURE_EXTRACTION"),
}


def load(case):
    model, info = KINDS[case["kind"]][0].from_pretrained(
        case["directory"], dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    return model


def targets(model, kind):
    """The layers of the blocks by name, where peft's all-linear means more: modules that are saved whole, experts in one tensor."""
    if KINDS[kind][1] != "SEQ_CLS" and model.config.model_type != "mixtral":
        return "all-linear"
    linear = (torch.nn.Linear, Conv1D)
    names = [n.split(".") for n, m in model.named_modules() if isinstance(m, linear)]
    return sorted({".".join(n[-2:]) for n in names if any(x.isdigit() for x in n)})


def with_adapter(model, case):
    import peft

    if "adapter" in case:
        return peft.PeftModel.from_pretrained(model, case["adapter"])
    if "make_adapter" in case:
        torch.manual_seed(5)
        config = peft.LoraConfig(
            r=3,
            lora_alpha=5,
            target_modules=targets(model, case["kind"]),
            init_lora_weights=False,
            task_type=KINDS[case["kind"]][1],
        )
        model = peft.get_peft_model(model, config)
        model.save_pretrained(case["make_adapter"])
    return model


def outputs(case):
    base = load(case)
    model = with_adapter(base, case).eval()
    found = []
    for x in case["sequences"]:
        kw = {"token_type_ids": torch.tensor([x["types"]])} if x["types"] else {}
        with torch.no_grad():
            out = model(input_ids=torch.tensor([x["ids"]]), **kw)
        found.append((out.last_hidden_state if case["kind"] == "body" else out.logits)[0].flatten().tolist())
    return {"outputs": found, "id2label": {str(k): v for k, v in base.config.id2label.items()}}


def vectors(case):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(case["directory"], device="cpu").float()
    return {"outputs": [model.encode(x).tolist() for x in case["texts"]], "max_seq_length": model.max_seq_length}


def main(request):
    with open(request, encoding="utf-8") as f:
        cases = json.load(f)["cases"]
    json.dump({"answers": [vectors(x) if x["kind"] == "sentences" else outputs(x) for x in cases]}, sys.stdout)


main(sys.argv[2])
