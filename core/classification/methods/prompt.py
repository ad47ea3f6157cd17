"""Classification by prompt: which label would a language model write after the text?

    Customer: My card still hasn't come.
    The customer asks about: ____

Each label is turned into words (the verbalizer: `card_arrival` becomes "card arrival"), and its score is
what SmolLM2 gives these words, token by token, after the prompt. A language model prefers words that are
frequent anyway, whatever the text says; so the score is measured against that of a prompt without content:

    score(label) = ln p(label | prompt(text)) - ln p(label | prompt("N/A")),    p = softmax of the scores

Nothing is trained. Worked examples before the text (few-shot) are drawn once, or are the training rows
nearest to each text. Every text costs a pass of the language model, and every label one more, short one.

Sources: Schick and Schütze 2021, "Exploiting Cloze Questions" (verbalizer); Holtzman et al. 2021, "Surface
Form Competition" (the difference of log probabilities); Zhao et al. 2021, "Calibrate Before Use" ("N/A");
Liu et al. 2022, "What Makes Good In-Context Examples for GPT-3?" (nearest examples).
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.classification.labelled_texts import LabelledTexts, Split
from core.classification.methods.knn import nearest
from core.classification.methods.learning import check_classes
from core.classification.methods.table import Report
from core.classification.methods.vectors import split_vectors, text_vectors
from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.settings import TrainSettings
from core.shelf.load import load_language_model

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel

METHOD = "prompt"
MODEL = "smollm2-135m"
ASKED, ANSWERED = "Customer: {text}\nThe customer asks about:", " {label}\n"
EMPTY = "N/A"
LONGEST_TEXT, LONGEST_EXAMPLE = 1_000, 300
"""Characters of a text, and of a worked example, that the prompt shows."""
LABELS_AT_ONCE = 16
"""Each reads on from a copy of the prompt's keys and values."""


class Prompted:
    """Labels in words, and the rows that examples are taken from."""

    method = METHOD
    parameters_trained = 0

    def __init__(
        self,
        classes: tuple[str, ...],
        calibrated: bool,
        rows: LabelledTexts,
        examples: int = 0,
        embedder: str = "",
        vectors: np.ndarray | None = None,
        model: "LanguageModel | None" = None,
    ) -> None:
        """`vectors` of `rows` where the nearest are shown; without them all `rows` are shown each time."""
        self.classes, self.calibrated, self.rows = classes, calibrated, rows
        self.examples, self.embedder, self.vectors = examples, embedder, vectors
        self._model = model

    @property
    def model(self) -> "LanguageModel":
        """The language model, loaded when the first text is asked about."""
        if self._model is None:
            self._model = load_language_model(MODEL)
        return self._model

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes)."""
        shown = self._shown(texts)
        found = np.empty((len(texts), len(self.classes)))
        for place, (text, examples) in enumerate(zip(texts, shown, strict=True)):
            score = self.scores(text, examples)
            weights = np.exp(score - score.max())
            found[place] = weights / weights.sum()
        return found

    def scores(self, text: str, examples: LabelledTexts) -> np.ndarray:
        """(classes,) of one text after worked examples."""
        labels = [self.model.encode(ANSWERED.format(label=in_words(name))) for name in self.classes]
        found = label_scores(self.model, self.model.encode(prompt_of(text, examples)), labels)
        if self.calibrated:
            found = found - label_scores(self.model, self.model.encode(prompt_of(EMPTY, examples)), labels)
        return found

    def _shown(self, texts: Sequence[str]) -> list[LabelledTexts]:
        """The worked examples of each text, the nearest last: next to the question."""
        if self.vectors is None:
            return [self.rows] * len(texts)
        asked = text_vectors(texts, self.embedder)
        near, _ = nearest(asked, self.vectors, self.examples)
        return [self.rows.at(list(reversed(places.tolist()))) for places in near]

    def save(self, folder: Path) -> None:
        """The rows that may be shown, and their vectors; the language model stays on the shelf."""
        values = {"calibrated": self.calibrated, "examples": self.examples, "embedder": self.embedder}
        tables = {"texts": list(self.rows.texts), "labels": list(self.rows.labels)}
        tensors = {} if self.vectors is None else {"vectors": self.vectors}
        write_model(folder, ModelParts(METHOD, self.classes, values, tensors, tables))


def in_words(label: str) -> str:
    """The verbalizer: a label as a person would say it.

    >>> in_words("Refund_notShowing-up")
    'refund not showing up'
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    return re.sub(r"[\s_\-./]+", " ", apart).strip().lower() or label


def prompt_of(text: str, examples: LabelledTexts) -> str:
    """The prompt for one text after worked examples; a text is one line of it.

    >>> prompt_of("Where is my card?", LabelledTexts((), (), ()))
    'Customer: Where is my card?\\nThe customer asks about:'
    """
    worked = "".join(
        ASKED.format(text=_line(shown, LONGEST_EXAMPLE)) + ANSWERED.format(label=in_words(label)) + "\n"
        for shown, label in zip(examples.texts, examples.labels, strict=True)
    )
    return worked + ASKED.format(text=_line(text, LONGEST_TEXT))


@torch.inference_mode()
def label_scores(
    model: "LanguageModel", prompt: Sequence[int], labels: Sequence[Sequence[int]]
) -> np.ndarray:
    """(labels,) the sum of ln p of each label's tokens after the prompt, which is read once.

    Args:
        model: the language model.
        prompt: token ids.
        labels: token ids of each label, at least one.
    """
    cache = model.new_cache(1, len(prompt))
    last = model.read(torch.tensor([list(prompt)]), cache)[:, -1]
    first = torch.log_softmax(model.logits(last)[0].double(), -1)
    found = []
    for start in range(0, len(labels), LABELS_AT_ONCE):
        some = labels[start : start + LABELS_AT_ONCE]
        longest = max(len(ids) for ids in some)
        padded = torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids in some])
        score = first[padded[:, 0]]
        if longest > 1:
            copies = cache.select(torch.zeros(len(some), dtype=torch.long))
            logged = torch.log_softmax(model.logits(model.read(padded[:, :-1], copies)).double(), -1)
            following = logged.gather(2, padded[:, 1:, None])[..., 0]
            real = torch.tensor([[place < len(ids) for place in range(1, longest)] for ids in some])
            score = score + following.masked_fill(~real, 0).sum(1)
        found.append(score.numpy())
    return np.concatenate(found)


def fit(split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None) -> Prompted:
    """Choose the worked examples; there is nothing else to learn.

    Raises:
        GlassboxError: one class only, or the embedder for the nearest examples is not in order.
    """
    check_classes(split)
    classes, calibrated = split.classes, settings.calibrated
    if settings.examples and settings.chosen == "nearest":
        embedder, vectors, _ = split_vectors(split, settings, report, 1.0)
        return Prompted(classes, calibrated, split.training, settings.examples, embedder, vectors)
    report({"done": 1.0})
    return Prompted(classes, calibrated, drawn_examples(split.training, settings.examples, settings.seed))


def drawn_examples(rows: LabelledTexts, count: int, seed: int) -> LabelledTexts:
    """`count` rows in an order drawn by `seed`, of as many different classes as possible."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)  # noqa: S311 - a drawing of examples, no secret
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int, int]] = []
    for place in order:
        turns[rows.labels[place]] = turns.get(rows.labels[place], 0) + 1
        ranked.append((turns[rows.labels[place]], len(ranked), place))
    return rows.at([place for _, _, place in sorted(ranked)[:count]])


def load(folder: Path) -> Prompted:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered or comes from another version.
    """
    parts = read_model(folder, METHOD)
    texts, labels = tuple(parts.tables["texts"]), tuple(parts.tables["labels"])
    rows = LabelledTexts(texts, labels, tuple(range(len(texts))))
    values = parts.values
    return Prompted(
        parts.classes,
        bool(values["calibrated"]),
        rows,
        int(values["examples"]),
        str(values["embedder"]),
        parts.tensors.get("vectors"),
    )


def _line(text: str, longest: int) -> str:
    """Text as one line that a tokenizer takes."""
    return " ".join(text[:longest].encode("utf-8", "replace").decode().split())
