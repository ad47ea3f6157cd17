"""The sample that comes with the project: messages to an online shop, in English and in Chinese.

Written for this project the way customers write, mess included: empty cells, the same message twice, one
message under two intents, a rare class, typing errors, a stray language.
"""

import csv
from functools import cache

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.splitting import split_rows
from core.settings import PROJECT_FOLDER

SAMPLES_FOLDER = PROJECT_FOLDER / "assets" / "samples" / "classification"
SAMPLES = {"en": "intents_en.csv", "zh": "intents_zh.csv"}
TEXT, LABEL = "message", "intent"


@cache
def sample_split(language: str) -> Split:
    """The sample in that language as the page divides it when nobody chose anything."""
    with (SAMPLES_FOLDER / SAMPLES[language]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = tuple(row[TEXT].strip() for row in rows)
    labels = tuple(row[LABEL].strip() for row in rows)
    whole = [place for place in range(len(rows)) if texts[place] and labels[place]]
    return split_rows(LabelledTexts(texts, labels, tuple(range(len(rows)))).at(whole), f"sample-{language}")
