"""What transformers and sentence-transformers make of texts: text_reference.py DIRECTORY REQUEST.json, JSON on stdout.

classify: [text or [text, text]] -> scores of each in the order of the labels, by the pipeline text-classification
embed: [text] -> vectors of SentenceTransformer.encode
cross: [[text, text]] -> logits of CrossEncoder.predict with the activation Identity
loss: {texts, labels, problem_type} -> loss and gradient norm of the transformers model
contrast: {loss, setting, columns: [[text]], labels} -> loss and gradient norm of a loss of sentence-transformers
"""
import json
import sys

import torch

directory, request = sys.argv[1], json.load(open(sys.argv[2]))
torch.manual_seed(0)
answer = {}


def norm(model):
    squares = [p.grad.double().pow(2).sum() for p in model.parameters() if p.grad is not None]
    return float(torch.stack(squares).sum().sqrt())


if "classify" in request:
    from transformers import pipeline

    pipe = pipeline("text-classification", model=directory, device="cpu")
    labels = [pipe.model.config.id2label[i] for i in range(pipe.model.config.num_labels)]
    rows = []
    for text in request["classify"]:
        given = text if isinstance(text, str) else {"text": text[0], "text_pair": text[1]}
        found = pipe(given, top_k=None, truncation=request.get("truncation", False))
        by_label = {x["label"]: x["score"] for x in found}
        rows.append([by_label[x] for x in labels])
    answer["classify"] = rows
    answer["labels"] = labels

if "loss" in request:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    asked = request["loss"]
    model = AutoModelForSequenceClassification.from_pretrained(directory, dtype=torch.float32).eval()
    model.config.problem_type = asked["problem_type"]
    single = asked["problem_type"] == "single_label_classification"
    rows = AutoTokenizer.from_pretrained(directory)(asked["texts"], padding=True, return_tensors="pt")
    loss = model(**rows, labels=torch.tensor(asked["labels"], dtype=torch.long if single else torch.float32)).loss
    loss.backward()
    answer["loss"], answer["grad_norm"] = loss.item(), norm(model)

if "embed" in request or "contrast" in request:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(directory, device="cpu").float()
    if "embed" in request:
        answer["embed"] = model.encode(request["embed"], convert_to_numpy=True).tolist()
    if "contrast" in request:
        from sentence_transformers.sentence_transformer import losses

        asked = request["contrast"]
        loss_of = getattr(losses, asked["loss"])(model, **asked["setting"])
        features = [model.preprocess(column) for column in asked["columns"]]
        labels = torch.tensor(asked["labels"], dtype=torch.float32) if asked.get("labels") else None
        model.eval()
        loss = loss_of(features, labels)
        loss.backward()
        answer["loss"], answer["grad_norm"] = loss.item(), norm(model)

if "cross" in request:
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(directory, device="cpu")
    answer["cross"] = model.predict([tuple(x) for x in request["cross"]], activation_fn=torch.nn.Identity()).tolist()

json.dump(answer, sys.stdout)
