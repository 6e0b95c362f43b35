"""One training step of a text classifier in PyTorch, at the benchmark's pace.

    python3 classifier_torch.py '{"model": {"type": "lstm", "hiddenSize": 128, ...}, "batch": 32, "time": 256}'

The one argument is a JSON object; DEFAULTS below are its keys but for "model", which is the model's section of an
experiment file with every default spelt out. What is trained is that model: embedding (row 0 is padding), encoder,
pooling, one logit, BCE with logits, dense Adam at 0.001. Word ids are random, the more frequent the smaller (rank r
with a weight of 1/r), and no position is padded.

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
    "batch": 32,
    "time": 256,
    "vocabulary": 25_000,
    "threads": 2,
    "steps": 5,  # warm-up steps, taken before the first line is written
    "seed": 42,
}
CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
BATCHES = 8


class Recurrent(nn.Module):
    def __init__(self, model, features):
        super().__init__()
        self.features = model["hiddenSize"] * (2 if model["bidirectional"] else 1)
        self.cells = CELLS[model["type"]](
            features,
            model["hiddenSize"],
            num_layers=model["layers"],
            batch_first=True,
            bidirectional=model["bidirectional"],
        )

    def forward(self, x):
        return self.cells(x)[0]


class Pooled(nn.Module):
    def __init__(self, model, features):
        super().__init__()
        self.features = features

    def forward(self, x):
        return x


class Convolutions(nn.Module):
    def __init__(self, model, features):
        super().__init__()
        self.features = model["filters"] * len(model["widths"])
        self.layers = nn.ModuleList(
            nn.Conv1d(features, model["filters"], width, padding="same") for width in model["widths"]
        )

    def forward(self, x):
        x = x.transpose(1, 2)
        return torch.cat([torch.relu(layer(x)) for layer in self.layers], 1).transpose(1, 2)


class Transformer(nn.Module):
    def __init__(self, model, features):
        super().__init__()
        self.features = size = model["hiddenSize"]
        self.projection = nn.Linear(features, size) if features != size else nn.Identity()
        self.positions = nn.Parameter(torch.randn(model["maxLength"], size) * 0.02)
        layer = nn.TransformerEncoderLayer(
            size,
            model["heads"],
            model["feedForwardSize"],
            dropout=0,
            activation="gelu",
            batch_first=True,
            norm_first=model["norm"] == "pre",
        )
        final = nn.LayerNorm(size) if model["norm"] == "pre" else None
        self.layers = nn.TransformerEncoder(layer, model["layers"], norm=final, enable_nested_tensor=False)

    def forward(self, x):
        return self.layers(self.projection(x) + self.positions[: x.shape[1]])


ENCODERS = {
    "rnn": Recurrent,
    "gru": Recurrent,
    "lstm": Recurrent,
    "pooled": Pooled,
    "cnn": Convolutions,
    "transformer": Transformer,
}


class Attention(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.hidden = nn.Linear(features, features)
        self.query = nn.Linear(features, 1, bias=False)

    def forward(self, states):
        weights = torch.softmax(self.query(torch.tanh(self.hidden(states))), 1)
        return (states * weights).sum(1)


class Classifier(nn.Module):
    def __init__(self, options):
        super().__init__()
        model = {**options["model"], "maxLength": options["time"]}
        size = model["embedding"]["size"]
        self.embedding = nn.Embedding(options["vocabulary"], size, padding_idx=0)
        self.encoder = ENCODERS[model["type"]](model, size)
        features = self.encoder.features
        self.pool = {
            "mean": lambda: lambda states: states.mean(1),
            "max": lambda: lambda states: states.amax(1),
            "attention": lambda: Attention(features),
        }[model["pooling"]]()
        hidden = model["head"]["hiddenSize"]
        self.head = nn.Sequential(nn.Linear(features, hidden), nn.ReLU()) if hidden else nn.Identity()
        self.output = nn.Linear(hidden or features, 1)

    def forward(self, ids):
        return self.output(self.head(self.pool(self.encoder(self.embedding(ids))))).squeeze(1)


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
    given = json.loads(sys.argv[1])
    unknown = set(given) - {"model", *DEFAULTS}
    if unknown:
        sys.exit(f"Unknown options: {', '.join(sorted(unknown))}. Known: model, {', '.join(DEFAULTS)}.")
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
