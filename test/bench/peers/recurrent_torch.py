"""One training step of a recurrent classifier in PyTorch, at the benchmark's pace.

    python3 recurrent_torch.py '{"cell": "lstm", "batch": 32, "time": 256}'

The one argument is a JSON object; DEFAULTS below are its keys. The model is what the benchmark trains:
embedding (row 0 is padding), one recurrent layer, the mean over time, one logit, BCE with logits, dense Adam at
0.001. Word ids are random, the more frequent the smaller (rank r with a weight of 1/r), and no position is padded.

Everything is one line in, one line out. First comes a JSON line on the set-up. After it, for each line on standard
input:

    step    takes one training step and answers its milliseconds
    loss    answers the loss of the last step

The process ends when standard input does. So two programs can take their steps in turn, on the same machine in
the same minutes.
"""

import json
import sys
import time

import torch
from torch import nn

DEFAULTS = {
    "cell": "lstm",  # rnn, gru or lstm
    "bidirectional": False,
    "batch": 32,
    "time": 256,
    "embedding": 100,
    "hidden": 128,
    "vocabulary": 25_000,
    "threads": 2,
    "steps": 5,  # warm-up steps, taken before the first line is written
    "seed": 42,
}
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
BATCHES = 8


class Classifier(nn.Module):
    def __init__(self, options):
        super().__init__()
        directions = 2 if options["bidirectional"] else 1
        self.embedding = nn.Embedding(options["vocabulary"], options["embedding"], padding_idx=0)
        self.recurrent = CELLS[options["cell"]](
            options["embedding"],
            options["hidden"],
            batch_first=True,
            bidirectional=options["bidirectional"],
        )
        self.head = nn.Linear(directions * options["hidden"], 1)

    def forward(self, ids):
        states, _ = self.recurrent(self.embedding(ids))
        return self.head(states.mean(dim=1)).squeeze(1)


def random_batches(options):
    """Ids [batch, time] from 1 to vocabulary - 1, and a label of 0 or 1 for each text."""
    weights = 1 / torch.arange(1, options["vocabulary"], dtype=torch.float64)
    shape = (options["batch"], options["time"])
    return [
        (
            1 + torch.multinomial(weights, shape[0] * shape[1], replacement=True).reshape(shape),
            torch.randint(0, 2, (options["batch"],)).float(),
        )
        for _ in range(BATCHES)
    ]


def main():
    given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        sys.exit(f"Unknown options: {', '.join(sorted(unknown))}. Known: {', '.join(DEFAULTS)}.")
    options = {**DEFAULTS, **given}
    torch.set_num_threads(options["threads"])
    torch.manual_seed(options["seed"])
    model = Classifier(options)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.BCEWithLogitsLoss()
    batches = random_batches(options)
    taken = 0
    loss = None

    def step():
        nonlocal taken, loss
        ids, labels = batches[taken % len(batches)]
        taken += 1
        start = time.perf_counter()
        optimizer.zero_grad()
        error = criterion(model(ids), labels)
        error.backward()
        optimizer.step()
        loss = error.item()
        return (time.perf_counter() - start) * 1000

    for _ in range(options["steps"]):
        step()
    setup = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        **{key: value for key, value in options.items() if key != "threads"},
    }
    print(json.dumps(setup), flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == "step":
            print(f"{step():.3f}", flush=True)
        elif command == "loss":
            print(loss, flush=True)
        else:
            sys.exit(f"Unknown command: {command}. Known: step, loss.")


if __name__ == "__main__":
    main()
