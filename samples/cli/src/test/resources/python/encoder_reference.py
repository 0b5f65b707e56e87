"""What Python makes of an encoder's directory: encoder_reference.py DIRECTORY REQUEST.json > answer.json

request: kind (mlm, cls, embed), sequences (each {ids, types}; types may be empty), or texts for kind sentence-transformers.
answer: outputs, one per sequence, flat: logits [T][V], class logits [C], last_hidden_state [T][H]; or the vectors of the texts.
Each sequence goes through the network alone, so no padding is involved.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoModelForSequenceClassification

torch.set_num_threads(2)
KINDS = {"mlm": AutoModelForMaskedLM, "cls": AutoModelForSequenceClassification, "embed": AutoModel}


def outputs(directory, ask):
    model, info = KINDS[ask["kind"]].from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    model.eval()
    found = []
    for x in ask["sequences"]:
        kw = {"token_type_ids": torch.tensor([x["types"]])} if x["types"] else {}
        with torch.no_grad():
            out = model(torch.tensor([x["ids"]]), **kw)
        found.append((out.last_hidden_state if ask["kind"] == "embed" else out.logits)[0].flatten().tolist())
    return {"outputs": found, "id2label": {str(k): v for k, v in model.config.id2label.items()}}


def vectors(directory, texts):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(directory, device="cpu")
    return {"outputs": [model.encode(x).tolist() for x in texts], "max_seq_length": model.max_seq_length}


def main(directory, request):
    with open(request, encoding="utf-8") as f:
        ask = json.load(f)
    answer = vectors(directory, ask["texts"]) if ask["kind"] == "sentence-transformers" else outputs(directory, ask)
    json.dump(answer, sys.stdout)


main(*sys.argv[1:])
