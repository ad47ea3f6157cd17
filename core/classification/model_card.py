"""A model's card: what it is, on what it learned, what it measured and what it is not for, as Markdown.

It follows the headings of Mitchell et al. 2019, "Model Cards for Model Reporting", section 4, as far as a
program can fill them in. It goes with the file, so it is in English.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict

from core.classification.methods.table import method_named
from core.classification.training_record import TrainingRecord
from core.wording import wording

CLASSES_SHOWN = 100


def model_card(record: TrainingRecord, classes: Sequence[str]) -> str:
    """The card's text."""
    values = asdict(record.settings)
    settings = ", ".join(f"{name} {values[name]}" for name in method_named(record.method).uses)
    shown = ", ".join(f"`{_plain(name)}`" for name in classes[:CLASSES_SHOWN])
    more = len(classes) - CLASSES_SHOWN
    lines = wording(
        "classification.train.card.text",
        name=wording(f"classification.train.method.{record.method}"),
        does=wording(f"classification.train.does.{record.method}"),
        settings=settings or "-",
        classes=shown + (f", ... (+{more})" if more > 0 else ""),
        **{name: getattr(record, name) for name in _FACTS},
    )
    return f"{lines}\n\n{_measured(record)}\n\n{wording('classification.train.card.limits')}\n"


_FACTS = (
    "method",
    "data",
    "split_seed",
    "training_rows",
    "validation_rows",
    "parameters_trained",
    "seconds",
    "threshold",
    "false_alarms",
)


def _measured(record: TrainingRecord) -> str:
    if record.scores is None:
        return wording("classification.train.card.unmeasured")
    figures = {**asdict(record.scores)}
    area = figures.pop("roc_auc_macro")
    return wording(
        "classification.train.card.measured", **figures, area="-" if area is None else f"{area:.4f}"
    )


def _plain(name: str) -> str:
    """A label that cannot leave its code span."""
    return re.sub(r"[`\s]+", " ", name)[:80]
