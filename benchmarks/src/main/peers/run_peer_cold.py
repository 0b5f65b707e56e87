"""Cold start of transformers: from the start of a new interpreter to the first token on its standard output, as ColdStart times ours.
usage: run_peer_cold.py SHAPE fp32|bf16; environment: THREADS, REPS, PEER_MODELS. Prints one JSON line."""
import json, os, statistics, subprocess, sys, time

shape, mode = sys.argv[1:3]
CHILD = """
import os, sys, torch
torch.set_num_threads(int(os.environ["THREADS"]))
from transformers import AutoModelForCausalLM, AutoTokenizer
import transformers
d, mode = sys.argv[1:3]
t = AutoTokenizer.from_pretrained(d)
m = AutoModelForCausalLM.from_pretrained(d, dtype=torch.bfloat16 if mode == "bf16" else torch.float32).eval()
m.generation_config.eos_token_id = None
x = t("Once upon a time", return_tensors="pt")
y = m.generate(**x, max_new_tokens=1, do_sample=False, pad_token_id=0)
print(t.decode(y[0, x["input_ids"].shape[1]:]), transformers.__version__ + "/torch " + torch.__version__, sep="\\t", flush=True)
sys.stdin.read()
"""
HERTZ = os.sysconf("SC_CLK_TCK")


def start():
    begin = time.perf_counter()
    p = subprocess.Popen(
        [sys.executable, "-c", CHILD, os.path.join(os.environ["PEER_MODELS"], shape), mode],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = p.stdout.readline()
    wall = (time.perf_counter() - begin) * 1e3
    fields = open(f"/proc/{p.pid}/stat").read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) * 1e3 / HERTZ
    rss = next(int(x.split()[1]) // 1024 for x in open(f"/proc/{p.pid}/status") if x.startswith("VmRSS"))
    p.stdin.close()
    p.wait()
    assert "\t" in line, "the child printed no token"
    return wall, cpu, rss, line.rsplit("\t", 1)[1].strip()


start()
runs = [start() for _ in range(int(os.environ.get("REPS", "4")))]
some = lambda i: {"median": statistics.median(r[i] for r in runs), "min": min(r[i] for r in runs), "n": len(runs)}
print(json.dumps({"area": "cold", "peer": "transformers", "version": runs[0][3], "shape": shape, "mode": mode,
                  "cold_ms": {"wall": some(0), "cpu": some(1)}, "rss_mb": max(r[2] for r in runs), "load1": os.getloadavg()[0]}))
