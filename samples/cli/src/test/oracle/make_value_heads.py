#!/usr/bin/env python3
"""Scores and one training step of transformers' ...ForSequenceClassification with one label.

    make_value_heads.py FAMILIES --seed 31 --out DIR      FAMILIES: what make_families.py wrote

For each folder named below DIR/<folder>.safetensors: the body of the causal-lm under a score.weight drawn here.
input_ids I64 [N] packed, lengths I64 [S], values F32 [N] (score of every token), scores F32 [S] (last token), targets F32 [S],
loss F32 [] (mean squared error of the scores), grad_norm F32 [], grad.<name> of some parameters.
One sequence at a time, so no padding and no pad token is involved. CPU, fp32, eager attention.
"""
import argparse, os
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np, torch
from safetensors.torch import save_file
from transformers import AutoModelForSequenceClassification

FOLDERS = ["llama", "llama-bf16-v4config", "gpt2", "gpt2-hub-names",
           "mistral-window8", "qwen2", "qwen3", "gemma", "gemma2", "mixtral"]
LENGTHS = [5, 1, 12, 7]
torch.set_num_threads(1)


def main(families, seed, out):
    for folder in FOLDERS:
        rng = np.random.Generator(np.random.PCG64([seed, FOLDERS.index(folder)]))
        model = AutoModelForSequenceClassification.from_pretrained(
            os.path.join(families, folder), num_labels=1, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            model.score.weight.copy_(torch.tensor(rng.normal(0, 0.3, tuple(model.score.weight.shape)), dtype=torch.float32))
        rows = [torch.tensor(rng.integers(0, model.config.vocab_size, n)) for n in LENGTHS]
        targets = torch.tensor(rng.normal(0, 1, len(rows)), dtype=torch.float32)
        body = getattr(model, model.base_model_prefix)
        values = [model.score(body(input_ids=x[None]).last_hidden_state)[0, :, 0] for x in rows]
        scores = torch.cat([model(input_ids=x[None]).logits[:, 0] for x in rows])
        loss = ((scores - targets) ** 2).mean()
        loss.backward()
        tensors = {
            "input_ids": torch.cat(rows), "lengths": torch.tensor(LENGTHS), "targets": targets, "loss": loss.detach(),
            "values": torch.cat(values).detach(), "scores": scores.detach(),
        }
        # the score's, and vectors from bottom and top: the norm covers the rest
        kept = {n: p for n, p in model.named_parameters() if p.grad is not None}
        keep = [n for n in kept if n == "score.weight" or kept[n].ndim == 1 and (".0." in n or "norm" in n or "ln_f" in n)]
        for n in keep:
            tensors["grad." + n] = kept[n].grad.clone()
        os.makedirs(out, exist_ok=True)
        tensors["score.weight"] = model.score.weight.detach().clone()
        tensors["grad_norm"] = torch.linalg.vector_norm(torch.stack([p.grad.norm() for p in kept.values()]))
        save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(out, folder + ".safetensors"))
        print(folder, "loss", float(loss), "scores", scores.tolist())


p = argparse.ArgumentParser()
p.add_argument("families")
p.add_argument("--seed", type=int, default=31)
p.add_argument("--out", required=True)
a = p.parse_args()
main(a.families, a.seed, a.out)
