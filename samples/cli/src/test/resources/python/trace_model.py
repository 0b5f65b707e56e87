"""A model directory of transformers as a traced TorchScript file: trace_model.py DIRECTORY FILE tuple|dict|logits"""
import sys

import torch
from transformers import AutoModelForCausalLM


class Logits(torch.nn.Module):
    def __init__(self, model, form):
        super().__init__()
        self.model = model
        self.form = form

    def forward(self, input_ids, attention_mask):
        logits = self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits
        if self.form == "dict":
            return {"logits": logits}
        return (logits, logits[:, -1]) if self.form == "tuple" else logits


def main(directory, file, form):
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    # Sizes that no test asks for again: a trace that kept them would show.
    ids = torch.randint(0, model.config.vocab_size, (2, 7))
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    with torch.no_grad():
        torch.jit.trace(Logits(model, form), (ids, mask), strict=False).save(file)


main(*sys.argv[1:])
