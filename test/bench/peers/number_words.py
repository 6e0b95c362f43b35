"""Reads a CSV file with pandas, cuts its texts into words and numbers them by frequency: number_words.py FILE"""

import re
import sys
from collections import Counter

import numpy
import pandas

texts = pandas.read_csv(sys.argv[1])["text"]
words = [re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text).lower()) for text in texts]
counts = Counter(word for text in words for word in text)
kept = sorted(counts, key=lambda word: (-counts[word], word))[:25_000]
ids = {word: number for number, word in enumerate(kept, 2)}
numbered = [numpy.array([ids.get(word, 1) for word in text[:256]] or [1], dtype=numpy.int32) for text in words]
print(len(numbered), len(ids))
