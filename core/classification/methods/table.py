"""The table of methods: what each is called, where it is written, and which settings it reads.

A method's module has two functions:

    fit(split, settings, report, checkpoint=None) -> Classifier
    load(folder) -> Classifier          the folder is one that the classifier's `save` wrote

`fit` learns from `split.training` and makes every choice on `split.validation`; it never looks at the test
part. It calls `report` as often as it likes, at least once a second: that is also where a cancelled job
stops (`report` raises). The dictionary may hold `done` (0 to 1, of this method's work), `step` (the x of its
curves: epochs, or the solver's steps) and values of its curves: `training_loss`, `validation_loss`,
`validation_accuracy`, `step_loss`. A dear method keeps in the folder `checkpoint` what it needs to go on;
None keeps nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.classification.settings import TrainSettings, changed_settings
from core.errors import GlassboxError

if TYPE_CHECKING:
    from core.classification.classifier import Classifier
    from core.classification.labelled_texts import Split

Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Method:
    """One way to learn."""

    name: str
    module: str
    """Under `core.classification`; imported when it is first used."""
    uses: tuple[str, ...]
    """The settings that it reads, in the order in which they are shown."""
    milliseconds: float
    """About what a training row costs on one core with the usual settings; for the time left."""
    text_milliseconds: float
    """About what a validation or test text costs."""
    usual: Mapping[str, Any] = field(default_factory=dict)
    """What its settings are unless said otherwise, where that differs from `TrainSettings`."""
    per_epoch: bool = False
    """Whether the costs are those of one epoch."""

    def settings(self, given: Mapping[str, Any] | None = None) -> TrainSettings:
        """The usual settings of this method, with the values `given`.

        Raises:
            GlassboxError: a name is unknown, or a value out of range.
        """
        return changed_settings(changed_settings(TrainSettings(), self.usual), given or {})

    def seconds(self, split: "Split", settings: TrainSettings) -> float:
        """About how long a training with its measurements takes: to tell seconds from minutes from hours."""
        learned = len(split.training) * self.milliseconds * (settings.epochs if self.per_epoch else 1)
        told = (len(split.validation) + len(split.test)) * self.text_milliseconds
        return 0.2 + (learned + told) / 1000

    def fit(
        self, split: "Split", settings: TrainSettings, report: Report, checkpoint: Path | None = None
    ) -> "Classifier":
        """Learn; see the module's docstring.

        Raises:
            GlassboxError: the rows or the settings do not suit the method.
        """
        found: Classifier = self.written().fit(split, settings, report, checkpoint)
        return found

    def load(self, folder: Path) -> "Classifier":
        """Read what `save` wrote.

        Raises:
            GlassboxError: the folder was altered, is incomplete or comes from another version.
        """
        found: Classifier = self.written().load(folder)
        return found

    def written(self) -> ModuleType:
        """The module where it is written, with the libraries that it imports."""
        return import_module(f"core.classification.{self.module}")


_TUNING = ("epochs", "learning_rate", "patience", "class_weights", "longest", "batch_tokens", "seed")
_REGULAR = ("label_smoothing", "dropout", "weight_decay")

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("majority", "methods.majority", (), 0.0, 0.01),
        Method("tfidf", "methods.tfidf", ("inverse_penalty", "pieces", "class_weights"), 0.5, 0.1),
        Method("knn", "methods.knn", ("neighbours", "embedder", "class_weights"), 4.0, 4.0),
        Method("probe", "methods.probe", ("inverse_penalty", "embedder", "class_weights"), 5.0, 4.0),
        Method("prompt", "methods.prompt", ("examples", "chosen", "calibrated", "seed"), 0.0, 250.0),
        Method(
            "setfit",
            "tuning.setfit",
            ("pairs", "inverse_penalty", *_TUNING),
            40.0,
            4.0,
            {"epochs": 3, "pairs": 4, "layer_decay": 1.0},
            per_epoch=True,
        ),
        Method(
            "finetune",
            "tuning.finetune",
            ("layers", "layer_decay", "unfreeze", "head", *_REGULAR, *_TUNING),
            10.0,
            4.0,
            {"epochs": 12, "learning_rate": 2e-4, "patience": 4, "batch_tokens": 1024},
            per_epoch=True,
        ),
        Method(
            "lora",
            "tuning.lora",
            ("rank", "head", *_REGULAR, *_TUNING),
            9.0,
            4.0,
            {"epochs": 12, "learning_rate": 1e-3, "layer_decay": 1.0, "patience": 4, "batch_tokens": 1024},
            per_epoch=True,
        ),
    )
}
"""From the cheapest to the dearest, so far as that can be said."""


def method_named(name: object) -> Method:
    """The method called `name`.

    Raises:
        GlassboxError: no such method.
    """
    if not isinstance(name, str) or name not in METHODS:
        raise GlassboxError(
            "classification.train.error.method", name=str(name)[:40], known=", ".join(METHODS)
        )
    return METHODS[name]
