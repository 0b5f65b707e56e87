"""What Python transformers and a plain torch loop say about a model directory: transformers_reference.py DIRECTORY REQUEST.json > answer.json

request: sequences (token ids), prompts (token ids), max_new_tokens, and optionally train: batches (each a list of {ids, prompt_length}),
learning_rate, total_steps, weight_decay, max_grad_norm.
adapter: a directory of peft, put on the model; save_adapter: where peft saves it after the training.
Or score_cases, a list of {directory, score_sequences (token ids), targets (one number each), learning_rate, steps}: directories as
classifications with one label.
answer: logits per sequence [T][V]; greedy per prompt {tokens, gaps}; losses, one per batch, taken before its update; or answers, one
per case: scores, one per score sequence, and score_losses: mean squared error before each AdamW step on all of them.
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, get_linear_schedule_with_warmup

torch.set_num_threads(2)


def load(directory, kind):
    return kind.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()


def logits(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0]


def greedy(model, prompt, count):
    """Without a cache, so that nothing but the forward pass is trusted."""
    ids, gaps = list(prompt), []
    for _ in range(count):
        top = logits(model, ids)[-1].topk(2)
        gaps.append(float(top.values[0] - top.values[1]))
        ids.append(int(top.indices[0]))
    return {"tokens": ids[len(prompt) :], "gaps": gaps}


def batch_loss(model, batch):
    """Sum of -log p over all answer tokens, divided by their number; one sequence at a time, so no padding is involved."""
    total, count = 0.0, sum(len(x["ids"]) - x["prompt_length"] for x in batch)
    for x in batch:
        ids = torch.tensor([x["ids"]])
        logp = torch.log_softmax(model(ids).logits[0, :-1], -1)
        picked = logp.gather(1, ids[0, 1:, None])[:, 0]
        total = total - picked[x["prompt_length"] - 1 :].sum()
    return total / count


def groups(model, decay):
    """Decay on matrices that are neither embeddings (a tied head is one) nor norms."""
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)}
    trained = [p for p in model.parameters() if p.requires_grad]
    decayed = [p for p in trained if p.ndim >= 2 and id(p) not in embeddings]
    ids = {id(p) for p in decayed}
    rest = [p for p in trained if id(p) not in ids]
    return [{"params": decayed, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]


def train(model, spec):
    model.train()
    optimizer = torch.optim.AdamW(groups(model, spec["weight_decay"]), lr=spec["learning_rate"])
    schedule = get_linear_schedule_with_warmup(optimizer, 0, spec["total_steps"])
    losses = []
    for batch in spec["batches"]:
        loss = batch_loss(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), spec["max_grad_norm"])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(float(loss))
    return losses


def scores(model, sequences):
    """One sequence at a time, so neither padding nor a pad token is involved."""
    return torch.cat([model(torch.tensor([ids])).logits[:, 0] for ids in sequences])


def score(model, ask):
    assert model.config.num_labels == 1, model.config.num_labels
    with torch.no_grad():
        answer = {"scores": scores(model, ask["score_sequences"]).tolist(), "score_losses": []}
    optimizer = torch.optim.AdamW(model.parameters(), lr=ask["learning_rate"], weight_decay=0.0)
    for _ in range(ask["steps"]):
        loss = ((scores(model, ask["score_sequences"]) - torch.tensor(ask["targets"])) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        answer["score_losses"].append(float(loss))
    return answer


def main(directory, request):
    with open(request, encoding="utf-8") as f:
        ask = json.load(f)
    if "score_cases" in ask:
        found = [score(load(x["directory"], AutoModelForSequenceClassification), x) for x in ask["score_cases"]]
        json.dump({"answers": found}, sys.stdout)
        return
    model = load(directory, AutoModelForCausalLM)
    if "adapter" in ask:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, ask["adapter"], is_trainable="train" in ask).eval()
    answer = {
        "logits": [logits(model, ids).tolist() for ids in ask.get("sequences", [])],
        "greedy": [greedy(model, p, ask["max_new_tokens"]) for p in ask.get("prompts", [])],
    }
    if "train" in ask:
        answer["losses"] = train(model, ask["train"])
    if "save_adapter" in ask:
        model.save_pretrained(ask["save_adapter"])
    json.dump(answer, sys.stdout)


main(*sys.argv[1:])
