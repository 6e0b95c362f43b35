"""The rows that cleanlab takes for mislabelled, the likeliest first: python label_errors_cleanlab.py FILE

FILE is JSON: given [rows] and probabilities [rows][classes]. Prints a list of row numbers.
"""

import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues

task = json.load(open(sys.argv[1]))
found = find_label_issues(
    labels=np.array(task["given"]),
    pred_probs=np.array(task["probabilities"]),
    return_indices_ranked_by="normalized_margin",
    n_jobs=1,
)
print(json.dumps(found.tolist()))
