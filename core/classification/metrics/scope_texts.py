"""What stands in for out-of-scope input, which nobody has labelled: strangers' topics, or classes held out.

- off-topic texts written for this project: weather, cooking, sport, chit-chat, letters without sense. Far
  from any intent, so they flatter every detector.
- held-out classes: the method is trained anew without some of the reader's own classes, whose test texts
  then are what it must refuse. They are close to what it knows, hence hard, and of the reader's own kind.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from core.classification.labelled_texts import LabelledTexts, Split
from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER

OFF_TOPIC_FILE = PROJECT_FOLDER / "assets" / "samples" / "classification" / "off_topic.toml"
HELD_OUT_SHARE = 0.25
"""Of the classes, drawn by the split's seed."""


@cache
def off_topic_texts(language: str) -> tuple[str, ...]:
    """The texts of the file in `en` or `zh`."""
    content = tomllib.loads(OFF_TOPIC_FILE.read_text(encoding="utf-8"))
    return tuple(str(text) for text in content[language]["texts"])


def drawn_classes(split: Split) -> tuple[str, ...]:
    """A quarter of the classes, at least one and at most all but two, drawn by the split's seed.

    Raises:
        GlassboxError: with fewer than three classes nothing can be held out.
    """
    classes = split.classes
    if len(classes) < 3:
        raise GlassboxError("classification.report.error.few_classes", count=len(classes))
    count = min(len(classes) - 2, max(1, round(HELD_OUT_SHARE * len(classes))))
    places = np.random.default_rng(split.seed).permutation(len(classes))[:count]
    return tuple(classes[place] for place in sorted(places))


def without_classes(split: Split, held_out: Sequence[str]) -> Split:
    """The split with these classes taken out of training and validation; the test part stays whole.

    Raises:
        GlassboxError: fewer than two classes would be left, or a part would be empty.
    """
    left = set(split.classes) - set(held_out)
    training, validation = (_of(part, left) for part in (split.training, split.validation))
    if len(left) < 2 or not len(training):
        raise GlassboxError("classification.report.error.few_classes", count=len(split.classes))
    return replace(split, training=training, validation=validation)


def _of(part: LabelledTexts, classes: set[str]) -> LabelledTexts:
    return part.at([place for place, label in enumerate(part.labels) if label in classes])
