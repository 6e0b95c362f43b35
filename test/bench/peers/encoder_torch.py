"""One training step of a BERT classifier in PyTorch, on CUDA where there is a card, at the benchmark's pace.

    python3 encoder_torch.py '{"hiddenSize": 768, "layers": 12, "heads": 12, "feedForwardSize": 3072, ...}'

The one argument is a JSON object; DEFAULTS below are its keys. What is trained is transformers'
BertForSequenceClassification with random weights: AdamW, clipping by norm 1, dropout 0.1, no position padded.
With "precision": "float16" the forward pass runs under autocast and the loss is scaled.

One line in, one line out: first a JSON line on the set-up, then for each line "step" on standard input a step's
milliseconds. The process ends when standard input does.
"""

import json
import sys
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

DEFAULTS = {
    "hiddenSize": 768,
    "layers": 12,
    "heads": 12,
    "feedForwardSize": 3072,
    "vocabulary": 30_522,
    "batch": 32,
    "time": 128,
    "precision": "float32",
    "threads": 2,
    "steps": 3,  # warm-up steps, taken before the first line is written
    "seed": 42,
}


def main():
    options = {**DEFAULTS, **json.loads(sys.argv[1])}
    torch.manual_seed(options["seed"])
    torch.set_num_threads(options["threads"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    half = options["precision"] == "float16"
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=options["vocabulary"],
            hidden_size=options["hiddenSize"],
            num_hidden_layers=options["layers"],
            num_attention_heads=options["heads"],
            intermediate_size=options["feedForwardSize"],
            num_labels=2,
        )
    )
    model = model.to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
    scaler = torch.amp.GradScaler(device, enabled=half)
    shape = (options["batch"], options["time"])
    ids = torch.randint(1, options["vocabulary"], shape, device=device)
    labels = torch.arange(options["batch"], device=device) % 2

    def step():
        with torch.autocast(device, dtype=torch.float16, enabled=half):
            loss = model(input_ids=ids, labels=labels).loss
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        return loss.item()  # waits for the card

    for _ in range(options["steps"]):
        step()
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    print(json.dumps({"torch": f"{torch.__version__}, {name}"}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        step()
        print((time.perf_counter() - started) * 1000, flush=True)


main()
