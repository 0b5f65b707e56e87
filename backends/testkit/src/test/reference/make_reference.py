"""Makes the reference steps of the test kit: python make_reference.py ROOT

ROOT is backends/testkit. A tiny Llama (transformers) goes to src/main/resources, the recurrent network of FakeNetwork (written out
below in torch) to src/test/resources. Everything is computed in float64 from float32 weights, and once more in float32 to see what
rounding does. Made with torch 2.15.0, transformers 5.23.0, safetensors 0.8.0. The numbers are random: public domain (CC0).
"""
import json, os, shutil, sys
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

LENGTHS = [6, 2, 9, 4]
LR, CLIP, DECAY, VOCAB = 1e-3, 0.5, 0.1, 29


def batch(seed):
    g = torch.Generator().manual_seed(seed)
    n = sum(LENGTHS)
    return torch.randint(0, VOCAB, (n,), generator=g), torch.rand(n, generator=g) < 0.6


def run(network, weights, ids, mask, dtype):
    """network(weights, ids of one sequence) -> logits. Returns everything that is compared."""
    w = {k: v.to(dtype).clone().requires_grad_() for k, v in weights.items()}
    decays = lambda n: not ("norm" in n or "embed" in n or n.endswith("bias"))
    adam = torch.optim.AdamW([
        {"params": [v for k, v in w.items() if decays(k)], "weight_decay": DECAY},
        {"params": [v for k, v in w.items() if not decays(k)], "weight_decay": 0.0}], lr=LR, betas=(0.9, 0.999), eps=1e-8)

    def loss():
        logits, logprobs, total, at = [], [], 0.0, 0
        for length in LENGTHS:
            row = ids[at:at + length]
            z = network(w, row)
            lp = torch.log_softmax(z[:-1], -1).gather(1, row[1:, None])[:, 0]
            total = total - (lp * mask[at + 1:at + length]).sum()
            logits.append(z), logprobs.append(lp)
            at += length
        weight = sum(int(mask[a + 1:a + n].sum()) for a, n in zip([sum(LENGTHS[:i]) for i in range(len(LENGTHS))], LENGTHS))
        return total / weight, torch.cat(logits), torch.cat(logprobs)

    out, losses, norms = {}, [], []
    for step in range(3):
        adam.zero_grad()
        value, logits, logprobs = loss()
        value.backward()
        if step == 0:
            out.update(logits=logits.detach().clone(), token_logprobs=logprobs.detach().clone())
            out.update({"grad." + k: v.grad.clone() for k, v in w.items()})
        losses.append(value.item())
        norms.append(torch.nn.utils.clip_grad_norm_(list(w.values()), CLIP).item())
        adam.step()
    out.update({"trained." + k: v.detach().clone() for k, v in w.items()})
    return out, losses, norms


def write(folder, network, weights, seed, model_files):
    ids, mask = batch(seed)
    exact, losses, norms = run(network, weights, ids, mask, torch.float64)
    rough, losses32, norms32 = run(network, weights, ids, mask, torch.float32)
    apart = lambda *p: max((exact[k] - rough[k].double()).abs().max().item() for k in exact if k.startswith(p))
    tensors = {k: v.float().contiguous() for k, v in exact.items()}
    tensors.update(input_ids=ids, loss_mask=mask)
    save_file(tensors, os.path.join(folder, "expected.safetensors"))
    numbers = dict(
        model_files=model_files, lengths=LENGTHS, loss=losses[0], losses=losses, grad_norms=norms,
        training=dict(learning_rate=LR, max_grad_norm=CLIP, weight_decay=DECAY),
        f32_error=dict(
            logits=apart("logits"), token_logprobs=apart("token_logprobs"), gradients=apart("grad."), weights=apart("trained."),
            loss=abs(losses[0] - losses32[0]), losses=max(abs(a - b) for a, b in zip(losses, losses32)),
            grad_norms=max(abs(a - b) for a, b in zip(norms, norms32))))
    with open(os.path.join(folder, "expected.json"), "w") as f:
        json.dump(numbers, f, indent=1)
        f.write("\n")
    print(folder, losses, norms, numbers["f32_error"])


def llama(root):
    folder = os.path.join(root, "src/main/resources/dev/tenon/backend/testkit/reference/llama")
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=VOCAB, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=64, tie_word_embeddings=False, initializer_range=0.2, bos_token_id=1, eos_token_id=2)
    model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    weights = {k: v.detach().clone() for k, v in model.named_parameters()}
    double = LlamaForCausalLM(config).double()

    def network(w, row):
        m = double if next(iter(w.values())).dtype == torch.float64 else model
        return torch.func.functional_call(m, w, (row[None],)).logits[0]

    tokenizer = os.path.join(root, "../pytorch/src/test/resources/dev/tenon/backend/pytorch/tokenizer")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(tokenizer, name), folder)
    write(folder, network, weights, 3, ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
    if os.path.exists(os.path.join(folder, "generation_config.json")):
        os.remove(os.path.join(folder, "generation_config.json"))


def recurrent(root):
    folder = os.path.join(root, "src/test/resources/dev/tenon/backend/testkit/reference/fake")
    os.makedirs(folder, exist_ok=True)
    g = torch.Generator().manual_seed(8)
    hidden = 6
    shapes = {
        "model.embed_tokens.weight": (VOCAB, hidden), "model.layers.0.mix.weight": (hidden, hidden),
        "model.layers.0.mix.bias": (hidden,), "lm_head.weight": (VOCAB, hidden)}
    weights = {k: torch.randn(s, generator=g) * 0.5 for k, s in shapes.items()}
    save_file(weights, os.path.join(folder, "model.safetensors"), {"format": "pt"})
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(dict(architectures=["FakeForCausalLM"], head="causal_lm", hidden_size=hidden, max_position_embeddings=64, vocab_size=VOCAB), f)

    def network(w, row):
        h = torch.zeros(hidden, dtype=w["lm_head.weight"].dtype)
        rows = []
        for i in row:
            h = torch.tanh(w["model.embed_tokens.weight"][i] + w["model.layers.0.mix.weight"] @ h + w["model.layers.0.mix.bias"])
            rows.append(w["lm_head.weight"] @ h)
        return torch.stack(rows)

    write(folder, network, weights, 4, ["config.json", "model.safetensors"])


if __name__ == "__main__":
    llama(sys.argv[1])
    recurrent(sys.argv[1])
