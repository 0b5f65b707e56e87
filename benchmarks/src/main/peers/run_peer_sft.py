"""Train steps on ragged text with masked prompts, and LoRA steps.

usage: run_peer_sft.py SHAPE KIND-DTYPE, with KIND
  sft      TRL SFTTrainer, its own padding collator
  free     the same with padding_free=True: one row of all tokens, under a block-diagonal mask
  default  TRL's own defaults: as sft, with gradient checkpointing
  peft     rank 8, alpha 16 on q_proj and v_proj: a plain loop over rows padded to the batch's longest
  peftfull the same on full blocks of random tokens
and DTYPE fp32 or bf16 (autocast).

Reads the checkpoint $PEER_MODELS/SHAPE and the tokens $PEER_MODELS/SHAPE-ragged.jsonl, one example a line, in the order in which
Tenon takes them, so that both see the same batches. One JSON line on stdout. THREADS and REPS from the environment.
"""
import json, os, resource, statistics, sys, tempfile, time

import torch

THREADS = int(os.environ.get("THREADS", "2"))
REPS = int(os.environ.get("REPS", "8"))
MODELS = os.environ["PEER_MODELS"]
WARM, ROWS = 2, 8
FULL = {"S0": (8, 64), "S1": (4, 128)}
NAMES = {"sft": "TRL SFTTrainer", "free": "TRL SFTTrainer padding_free", "default": "TRL SFTTrainer with its checkpointing", "peft": "peft", "peftfull": "peft"}


def examples(shape):
    with open(f"{MODELS}/{shape}-ragged.jsonl") as lines:
        return [json.loads(line) for line in lines][: ROWS * (WARM + REPS)]


def trl(model, shape, kind, bf16):
    import trl
    from datasets import Dataset
    from torch.utils.data import SequentialSampler
    from transformers import AutoTokenizer, TrainerCallback

    class Clock(TrainerCallback):
        marks = []

        def on_step_end(self, *_, **__):
            self.marks.append((time.perf_counter(), time.process_time()))

    class InOrder(trl.SFTTrainer):
        def _get_train_sampler(self, *_, **__):
            return SequentialSampler(self.train_dataset)

    with tempfile.TemporaryDirectory() as directory:
        config = trl.SFTConfig(
            output_dir=directory, per_device_train_batch_size=ROWS, max_steps=WARM + REPS, learning_rate=1e-4,
            lr_scheduler_type="constant", weight_decay=0.01, report_to=[], save_strategy="no", logging_strategy="no", use_cpu=True,
            bf16=bf16, disable_tqdm=True, dataloader_pin_memory=False, max_length=None,
            gradient_checkpointing=kind == "default", padding_free=kind == "free")
        trainer = InOrder(
            model=model, args=config, train_dataset=Dataset.from_list(examples(shape)),
            processing_class=AutoTokenizer.from_pretrained(f"{MODELS}/{shape}"), callbacks=[Clock()])
        trainer.train()
    pairs = list(zip(Clock.marks[WARM - 1:], Clock.marks[WARM:]))
    return [[(b[i] - a[i]) * 1e3 for a, b in pairs] for i in (0, 1)], f"trl {trl.__version__}"


def batches(shape, kind, vocab):
    if kind == "peftfull":
        for _ in range(WARM + REPS):
            ids = torch.randint(0, vocab, FULL[shape])
            yield dict(input_ids=ids, labels=ids)
        return
    rows = examples(shape)
    for first in range(0, len(rows), ROWS):
        part = rows[first:first + ROWS]
        longest = max(len(x["input_ids"]) for x in part)
        fill = lambda key, value: torch.tensor([x[key] + [value] * (longest - len(x[key])) for x in part])
        mask = torch.tensor([[1] * len(x["input_ids"]) + [0] * (longest - len(x["input_ids"])) for x in part])
        yield dict(input_ids=fill("input_ids", 0), labels=fill("labels", -100), attention_mask=mask)


def peft(model, shape, kind, bf16):
    import peft

    adapters = peft.LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = peft.get_peft_model(model, adapters)
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, fused=True)
    wall, cpu = [], []
    for batch in batches(shape, kind, model.config.vocab_size):
        at, busy = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        wall.append((time.perf_counter() - at) * 1e3)
        cpu.append((time.process_time() - busy) * 1e3)
    return [wall[WARM:], cpu[WARM:]], f"peft {peft.__version__}"


def summary(values):
    return dict(median=round(statistics.median(values), 4), min=round(min(values), 4), n=len(values))


def main():
    shape, mode = sys.argv[1:3]
    kind, dtype = mode.split("-")
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    import transformers

    transformers.logging.set_verbosity_error()
    model = transformers.AutoModelForCausalLM.from_pretrained(f"{MODELS}/{shape}", dtype=torch.float32)
    (wall, cpu), version = (peft if kind.startswith("peft") else trl)(model, shape, kind, dtype == "bf16")
    print(json.dumps(dict(
        area="train", peer=NAMES[kind], version=f"{version}/transformers {transformers.__version__}/torch {torch.__version__}",
        shape=shape, config=mode, threads=THREADS, step_ms=dict(wall=summary(wall), cpu=summary(cpu)),
        rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), load1=round(os.getloadavg()[0], 2))), flush=True)


if __name__ == "__main__":
    main()
