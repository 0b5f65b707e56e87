"""Sentence vectors of all-MiniLM-L6-v2, text to vector, or its tokenizer alone; one JSON line.

usage: run_peer_minilm.py st-fp32|st-bf16|ort-fp32|ort-int8|tokenizers DIRECTORY
THREADS, REPS, PEER_MODELS from the environment. ONNX files are made once, under PEER_MODELS/minilm.
"""
import json, os, random, statistics, subprocess, sys, time

KIND, DIRECTORY = sys.argv[1], sys.argv[2]
THREADS, REPS = int(os.environ.get("THREADS", "2")), int(os.environ.get("REPS", "8"))
os.environ["RAYON_NUM_THREADS"] = str(THREADS)
ONNX = os.path.join(os.environ.get("PEER_MODELS", "."), "minilm")
WORDS = """time year people way day man thing woman life child world school state family student group country problem hand
part place case week company system program question work government number night point home water room mother area money
story fact month lot right study book eye job word business issue""".split()


def sentences(count, tokens):
    choose = random.Random(0)
    return [" ".join(choose.choice(WORDS) for _ in range(tokens - 2)) for _ in range(count)]


def timed(section, parts):
    warm = time.perf_counter() + 2
    section()
    while time.perf_counter() < warm:
        section()
    wall, cpu = [], []
    for _ in range(REPS):
        a, b = time.perf_counter(), time.process_time()
        section()
        wall.append((time.perf_counter() - a) * 1e3 / parts)
        cpu.append((time.process_time() - b) * 1e3 / parts)
    return {k: {"median": round(statistics.median(v), 4), "min": round(min(v), 4), "n": len(v)} for k, v in (("wall", wall), ("cpu", cpu))}


def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024


def export():
    """The network with mean pooling and normalising as ONNX, and its matrices in 8 bits."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = AutoModel.from_pretrained(DIRECTORY, attn_implementation="sdpa").eval()

        def forward(self, input_ids, attention_mask):
            h = self.body(input_ids=input_ids, attention_mask=attention_mask, return_dict=False)[0]
            m = attention_mask.unsqueeze(-1).to(h.dtype)
            return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1).clamp(min=1e-9), dim=-1)

    os.makedirs(ONNX, exist_ok=True)
    e = AutoTokenizer.from_pretrained(DIRECTORY)(["one", "two and three"], padding=True, return_tensors="pt")
    axes = {"input_ids": {0: "b", 1: "t"}, "attention_mask": {0: "b", 1: "t"}}
    with torch.no_grad():
        torch.onnx.export(Encoder(), (e["input_ids"], e["attention_mask"]), ONNX + "/m.onnx", input_names=list(axes),
                          output_names=["emb"], dynamic_axes=axes, opset_version=17, dynamo=False)
    quantize_dynamic(ONNX + "/m.onnx", ONNX + "/m8.onnx", weight_type=QuantType.QInt8)


def sentence_transformers():
    import sentence_transformers as st
    import torch
    torch.set_num_threads(THREADS)
    model = st.SentenceTransformer(DIRECTORY, device="cpu")
    if KIND == "st-bf16":
        model = model.to(torch.bfloat16)
    return f"{st.__version__}/torch {torch.__version__}", lambda x: model.encode(x, batch_size=32, show_progress_bar=False)


def onnx_runtime():
    import numpy as np
    import onnxruntime as ort
    if not os.path.exists(ONNX + "/m8.onnx"):  # in another process: what torch takes is no memory of ONNX Runtime
        subprocess.run([sys.executable, __file__, "export", DIRECTORY], check=True, stdout=sys.stderr)
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    name = "/m.onnx" if KIND == "ort-fp32" else "/m8.onnx"
    session = ort.InferenceSession(ONNX + name, options, providers=["CPUExecutionProvider"])
    tokenizer = fast_tokenizer()
    tokenizer.enable_padding()

    def encode(texts):
        e = tokenizer.encode_batch(texts)
        return session.run(None, {"input_ids": np.array([x.ids for x in e], dtype=np.int64),
                                  "attention_mask": np.array([x.attention_mask for x in e], dtype=np.int64)})[0]
    return ort.__version__, encode


def fast_tokenizer():
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(DIRECTORY + "/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return tokenizer


if KIND == "export":
    export()
    sys.exit()
row = {"area": "encode", "threads": THREADS}
if KIND == "tokenizers":
    import tokenizers
    tokenizer, texts = fast_tokenizer(), sentences(1000, 100)
    row |= {"peer": "tokenizers", "version": tokenizers.__version__}
    row["tokenize_ms"] = timed(lambda: [x.ids for x in tokenizer.encode_batch(texts)], 1)
else:
    version, encode = sentence_transformers() if KIND.startswith("st") else onnx_runtime()
    row |= {"peer": {"st": "sentence-transformers", "ort": "ONNX Runtime"}[KIND.split("-")[0]] + " " + KIND.split("-")[1], "version": version}
    for tokens in (20, 100):
        s = sentences(128, tokens)
        row[f"batch{tokens}_ms"] = timed(lambda: [encode(s[i:i + 32]) for i in range(0, 128, 32)], 4)
        row[f"single{tokens}_ms"] = timed(lambda: [encode(x) for x in [[y] for y in s[:16]]], 16)
row["rss_mb"] = peak()
print(json.dumps(row))
