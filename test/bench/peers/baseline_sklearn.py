"""TF-IDF and logistic regression in scikit-learn, from reading the files to the accuracy on test rows.

    python3 baseline_sklearn.py '{"train": "train.csv", "test": "test.csv", "wordNgrams": [1, 2], "strength": 10}'

The files have the columns text and label. Prints one JSON line: the accuracy, the most memory that was resident in
bytes (null where the system does not tell), and scikit-learn's version.
"""

import csv
import json
import sys

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


def read(file):
    csv.field_size_limit(2**31 - 1)
    with open(file, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def peak_memory():
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


options = json.loads(sys.argv[1])
texts, labels = read(options["train"])
vectorizer = TfidfVectorizer(ngram_range=tuple(options["wordNgrams"]), sublinear_tf=True)
model = LogisticRegression(C=options["strength"], max_iter=200).fit(vectorizer.fit_transform(texts), labels)
test_texts, test_labels = read(options["test"])
accuracy = model.score(vectorizer.transform(test_texts), test_labels)
print(json.dumps({"accuracy": accuracy, "memory": peak_memory(), "version": sklearn.__version__}))
