"""Fine-tunes a pretrained encoder by Hugging Face's Trainer, from reading the files to the accuracy on test rows.

    python3 fine_tune_hf.py '{"encoder": "folder", "train": "train.csv", "test": "test.csv", "maxLength": 128,
                              "epochs": 3, "batchSize": 32, "learningRate": 5e-5, "seed": 42, "threads": 2,
                              "frozen": false}'

The files have the columns text and label (0 or 1). The defaults of the Trainer but for what is named: AdamW with weight
decay 0.01 (not of biases and norms), linear decay, gradients clipped at 1, batches padded to their longest text.
`frozen`: the encoder stays as it is and the classifier alone is trained. Prints one JSON line: seconds of training, the tokens that
it read (padding not counted), the accuracy, the most memory that was resident in bytes, and the versions.
"""

import csv
import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
options = json.loads(sys.argv[1])
os.environ["OMP_NUM_THREADS"] = str(options["threads"])

import resource

import torch
import transformers
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

torch.set_num_threads(options["threads"])
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def read(file):
    csv.field_size_limit(2**31 - 1)
    with open(file, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    encoded = tokenizer([row["text"] for row in rows], truncation=True, max_length=options["maxLength"])
    return [
        {"input_ids": ids, "labels": int(row["label"])} for ids, row in zip(encoded["input_ids"], rows)
    ]


tokenizer = AutoTokenizer.from_pretrained(options["encoder"])
transformers.set_seed(options["seed"])
model = AutoModelForSequenceClassification.from_pretrained(options["encoder"], num_labels=2)
if options["frozen"]:
    for name, parameter in model.base_model.named_parameters():
        parameter.requires_grad_(name.startswith("pooler"))
train, test = read(options["train"]), read(options["test"])
with tempfile.TemporaryDirectory() as folder:
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=folder,
            num_train_epochs=options["epochs"],
            per_device_train_batch_size=options["batchSize"],
            per_device_eval_batch_size=options["batchSize"],
            learning_rate=options["learningRate"],
            weight_decay=0.01,
            seed=options["seed"],
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_strategy="no",
        ),
        train_dataset=train,
        data_collator=DataCollatorWithPadding(tokenizer),
    )
    seconds = trainer.train().metrics["train_runtime"]
    predicted = trainer.predict(test)
accuracy = float((predicted.predictions.argmax(-1) == predicted.label_ids).mean())
tokens = options["epochs"] * sum(len(row["input_ids"]) for row in train)
print(
    json.dumps(
        {
            # It does not tell them apart.
            "epochs": [seconds / options["epochs"]] * options["epochs"],
            "tokens": tokens,
            "accuracy": accuracy,
            "memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "version": f"transformers {transformers.__version__}, torch {torch.__version__}",
        }
    )
)
