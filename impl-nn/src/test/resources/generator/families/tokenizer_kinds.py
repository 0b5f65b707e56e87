"""Tiny real tokenizers (tokenizer.json) of the kinds that the model families ship, trained on corpus.py."""
import json
from collections import Counter
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

LLAMA3_RE = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
             r"\s+(?!\S)|\s+")
QWEN2_RE = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
            r"\s+(?!\S)|\s+")


def _sp(t):
    return AddedToken(t, special=True, normalized=False)


def _train_bpe(texts, size, pre, normalizer=None, alphabet=(), reserved=()):
    """train on a scratch tokenizer, return (vocab, merges) with `reserved` first"""
    t = Tokenizer(models.BPE())
    if normalizer is not None:
        t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, show_progress=False, special_tokens=list(reserved), initial_alphabet=list(alphabet)))
    d = json.loads(t.to_str())["model"]
    return d["vocab"], [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in d["merges"]]


def _train_wordpiece(texts, size, norm, pre):
    """frequency merges with the ## prefix; ties fall to the alphabet (the library's trainer breaks them in hash order, so that
    two runs give two vocabularies)"""
    words = Counter(w for x in texts for w, _ in pre.pre_tokenize_str(norm.normalize_str(x)))
    split = {w: [w[0]] + ["##" + c for c in w[1:]] for w in words}
    vocab = sorted({p for s in split.values() for p in s})
    while len(vocab) < size:
        pairs = Counter()
        for w, n in words.items():
            for p in zip(split[w], split[w][1:]):
                pairs[p] += n
        pairs = {p: n for p, n in pairs.items() if n >= 2}
        if not pairs:
            break
        a, b = min(pairs, key=lambda p: (-pairs[p], p))
        new = a + b[2:]
        if new not in vocab:
            vocab.append(new)
        for s in split.values():
            i = 0
            while i < len(s) - 1:
                if (s[i], s[i + 1]) == (a, b):
                    s[i:i + 2] = [new]
                i += 1
    return sorted(vocab)


def build(kind, texts, size):
    """-> (Tokenizer, dict of tokenizer_config keys, model-type class name)"""
    ba = sorted(pre_tokenizers.ByteLevel.alphabet())
    if kind == "gpt2":
        v, m = _train_bpe(texts, size - 1, pre_tokenizers.ByteLevel(add_prefix_space=False), alphabet=ba)
        t = Tokenizer(models.BPE(vocab=v, merges=m))
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        t.decoder = decoders.ByteLevel()
        t.post_processor = processors.ByteLevel(trim_offsets=False)
        t.add_special_tokens([_sp("<|endoftext|>")])
        return t, dict(bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>",
                       add_prefix_space=False), "GPT2Tokenizer"
    if kind == "roberta":
        res = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        v, m = _train_bpe(texts, size, pre_tokenizers.ByteLevel(add_prefix_space=False), alphabet=ba, reserved=res)
        t = Tokenizer(models.BPE(vocab=v, merges=m, unk_token=None))
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        t.decoder = decoders.ByteLevel()
        t.post_processor = processors.RobertaProcessing(("</s>", v["</s>"]), ("<s>", v["<s>"]), trim_offsets=True,
                                                        add_prefix_space=False)
        t.add_special_tokens([AddedToken("<mask>", special=True, lstrip=True, normalized=False) if x == "<mask>" else
                              AddedToken(x, special=True, normalized=True) for x in res])
        return t, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", sep_token="</s>", cls_token="<s>",
                       pad_token="<pad>", mask_token="<mask>", add_prefix_space=False), "RobertaTokenizer"
    if kind == "llama3":
        pre = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3_RE), "isolated"),
                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        sp = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
        v, m = _train_bpe(texts, size - len(sp), pre, alphabet=ba)
        t = Tokenizer(models.BPE(vocab=v, merges=m, ignore_merges=True))
        t.pre_tokenizer = pre
        t.decoder = decoders.ByteLevel()
        t.add_special_tokens([_sp(x) for x in sp])
        b = t.token_to_id(sp[0])
        t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
            single=f"{sp[0]}:0 $A:0", pair=f"{sp[0]}:0 $A:0 {sp[0]}:1 $B:1", special_tokens=[(sp[0], b)])])
        return t, dict(bos_token=sp[0], eos_token=sp[4]), "PreTrainedTokenizerFast"
    if kind == "qwen2":
        pre = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2_RE), "isolated"),
                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        sp = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        v, m = _train_bpe(texts, size - len(sp), pre, normalizer=normalizers.NFC(), alphabet=ba)
        t = Tokenizer(models.BPE(vocab=v, merges=m))
        t.normalizer = normalizers.NFC()
        t.pre_tokenizer = pre
        t.decoder = decoders.ByteLevel()
        t.post_processor = processors.ByteLevel(trim_offsets=False)
        t.add_special_tokens([_sp(x) for x in sp])
        return t, dict(eos_token="<|im_end|>", pad_token="<|endoftext|>"), "Qwen2Tokenizer"
    if kind in ("llama", "llama-legacy"):
        by = [f"<0x{i:02X}>" for i in range(256)]
        res = ["<unk>", "<s>", "</s>"] + by
        meta = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=True)
        v, m = _train_bpe(texts, size, meta, reserved=res)
        t = Tokenizer(models.BPE(vocab=v, merges=m, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        if kind == "llama-legacy":     # as the Llama-2 files ship: Prepend + Replace normalizer, no pre-tokenizer
            t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        else:                          # as newer conversions ship: Metaspace, first word only, no split
            t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first", split=False)
        t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                       decoders.Strip(content=" ", left=1)])
        t.add_special_tokens([_sp(x) for x in res[:3]])
        t.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0", pair="<s>:0 $A:0 <s>:1 $B:1",
                                                         special_tokens=[("<s>", v["<s>"])])
        return t, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", add_bos_token=True, add_eos_token=False,
                       legacy=kind == "llama-legacy"), "LlamaTokenizer"
    if kind == "gemma":
        by = [f"<0x{i:02X}>" for i in range(256)]
        sp = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
        norm = normalizers.Replace(" ", "\u2581")
        v, m = _train_bpe(texts, size, pre_tokenizers.Split("\u2581", "merged_with_next"), normalizer=norm, reserved=sp + by)
        t = Tokenizer(models.BPE(vocab=v, merges=m, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        t.normalizer = norm
        t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
        t.add_special_tokens([_sp(x) for x in sp])
        t.post_processor = processors.TemplateProcessing(single="<bos>:0 $A:0", pair="<bos>:0 $A:0 <bos>:1 $B:1",
                                                         special_tokens=[("<bos>", v["<bos>"])])
        return t, dict(bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>"), "GemmaTokenizer"
    if kind in ("bert", "bert-cased"):
        lower = kind == "bert"
        sp = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        norm = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lower)
        voc = {x: i for i, x in enumerate(sp + _train_wordpiece(texts, size - len(sp), norm, pre_tokenizers.BertPreTokenizer()))}
        t = Tokenizer(models.WordPiece(vocab=voc, unk_token="[UNK]", continuing_subword_prefix="##", max_input_chars_per_word=100))
        t.normalizer = norm
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        t.decoder = decoders.WordPiece(prefix="##")
        t.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
            special_tokens=[("[CLS]", voc["[CLS]"]), ("[SEP]", voc["[SEP]"])])
        t.add_special_tokens([_sp(x) for x in sp])
        return t, dict(cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]",
                       do_lower_case=lower, strip_accents=None, tokenize_chinese_chars=True), "BertTokenizer"
    raise ValueError(kind)
