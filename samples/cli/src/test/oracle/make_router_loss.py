#!/usr/bin/env python3
"""Loss, router loss and gradients of transformers' MixtralForCausalLM with output_router_logits, on the batch of an oracle folder.

    make_router_loss.py FAMILIES/mixtral --coefficient 0.5 > mixtral.json      FAMILIES: what make_families.py wrote

CPU, fp32, eager. grad: L2 norm and first three elements of the gradient of each router's weight.
"""
import argparse, json, os
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

p = argparse.ArgumentParser()
p.add_argument("folder")
p.add_argument("--coefficient", type=float, default=0.5)
a = p.parse_args()
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(
    a.folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager", router_aux_loss_coef=a.coefficient).eval()
b = load_file(os.path.join(a.folder, "expected.safetensors"))
out = model(input_ids=b["input_ids"], attention_mask=b["attention_mask"], labels=b["labels"], output_router_logits=True, use_cache=False)
out.loss.backward()
grads = {n: q.grad for n, q in model.named_parameters() if q.grad is not None}
routers = {}
for n, g in grads.items():
    if n.endswith("mlp.gate.weight"):
        name = n.replace("mlp.gate", "block_sparse_moe.gate")
        routers[name] = dict(norm=float(g.norm()), first=[float(x) for x in g.flatten()[:3]])
print(json.dumps(dict(
    coefficient=a.coefficient, experts_per_token=model.config.num_experts_per_tok, loss=float(out.loss), router_loss=float(out.aux_loss),
    grad_norm=float(torch.linalg.vector_norm(torch.stack([g.norm() for g in grads.values()]))), grad=routers), indent=1))
