"""What mattered: one small Transformer as the baseline, and variants of it with one thing changed each.

Everything else stays: pairs, first weights (where the shapes allow it), order of the batches, dropout's
random numbers, number of epochs. Two variants need no training, as they use the baseline's parameters;
one changes nothing but the seed: what it differs by is what chance alone does.

Importing this needs no torch.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from core.errors import GlassboxError
from core.translation.settings import ModelSettings, TrainingSettings, check_settings

Data = Literal["multi30k", "grammar"]
DATA: tuple[Data, ...] = get_args(Data)
JOB = "python -m core job translation.ablation"
AVERAGED_EPOCHS = 3
"""Epochs whose parameters the variant `averaged` averages."""
SCORING = 1.0
"""What translating and scoring counts for in the job's progress, in epochs."""
LIMITS: dict[str, tuple[int, int]] = {
    "pairs": (200, 1_000_000),
    "validation_pairs": (20, 5_000),
    "beam": (2, 16),
    "heads": (2, 16),
}
"""What the experiment allows beyond the ranges of the settings themselves."""


@dataclass(frozen=True)
class Variant:
    """What is done differently from the baseline."""

    model: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `ModelSettings`."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `TrainingSettings`."""
    words: bool = False
    """Whole words instead of subwords."""
    trained: bool = True
    """Else the baseline's parameters are used in another way."""
    next_seed: bool = False
    """Nothing is different but the random numbers."""


VARIANTS: dict[str, Variant] = {
    "baseline": Variant(),
    "greedy": Variant(trained=False),
    "averaged": Variant(trained=False),
    "other_seed": Variant(next_seed=True),
    "no_positions": Variant(model={"positions": "none"}),
    "one_head": Variant(model={"heads": 1}),
    "words": Variant(words=True),
    "no_dropout": Variant(model={"dropout": 0.0}),
    "no_smoothing": Variant(training={"label_smoothing": 0.0}),
    "no_warmup": Variant(training={"warmup_steps": 0}),
    "post_norm": Variant(model={"norm": "post"}),
    "post_norm_no_warmup": Variant(model={"norm": "post"}, training={"warmup_steps": 0}),
}
"""In the order in which they are run; the baseline is always among them."""


@dataclass(frozen=True)
class AblationSettings:
    """One experiment; as it stands, the one whose result comes with the project."""

    data: Data = "multi30k"
    pairs: int = 29_000
    """Training pairs; the first so many where there are more."""
    validation_pairs: int = 1_014
    """On which everything is scored."""
    vocabulary_size: int = 6_000
    """Subwords of both languages together."""
    width: int = 128
    """The feed-forward part is four times as wide."""
    layers: int = 2
    """On each side."""
    heads: int = 4
    dropout: float = 0.1
    epochs: int = 6
    tokens_per_batch: int = 1_024
    learning_rate: float = 1e-3
    warmup_steps: int = 400
    label_smoothing: float = 0.1
    beam: int = 5
    seed: int = 0
    variants: tuple[str, ...] = tuple(VARIANTS)

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for a value that is out of range or of the wrong kind."""
        if self.data not in DATA:
            raise GlassboxError("translation.matter.error.data", known=", ".join(DATA))
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise GlassboxError("translation.matter.error.range", name=name, low=low, high=high)
        named = [name for name in self.variants if isinstance(name, str) and name in VARIANTS]
        if len(named) != len(self.variants) or len(set(named)) != len(named):
            raise GlassboxError("translation.matter.error.variants", known=", ".join(VARIANTS))
        for name in self.to_run:
            check_settings(self.model_settings(name))
            check_settings(self.training_settings(name))

    @property
    def to_run(self) -> tuple[str, ...]:
        """The variants in the order of the job, the baseline first."""
        return tuple(name for name in VARIANTS if name == "baseline" or name in self.variants)

    def model_settings(self, variant: str) -> ModelSettings:
        """The size and the parts of a variant."""
        baseline = ModelSettings(
            vocabulary_size=self.vocabulary_size,
            width=self.width,
            layers=self.layers,
            heads=self.heads,
            feed_forward=4 * self.width if isinstance(self.width, int) else self.width,
            dropout=self.dropout,
        )
        return replace(baseline, **VARIANTS[variant].model)

    def training_settings(self, variant: str) -> TrainingSettings:
        """How a variant is trained; without BPE-dropout, which a word vocabulary cannot have."""
        baseline = TrainingSettings(
            epochs=self.epochs,
            tokens_per_batch=self.tokens_per_batch,
            learning_rate=self.learning_rate,
            warmup_steps=self.warmup_steps,
            label_smoothing=self.label_smoothing,
            bpe_dropout=0.0,
            averaged_checkpoints=1,
            seed=self.seed,
        )
        if VARIANTS[variant].next_seed:
            return replace(baseline, seed=self.seed + 1)
        return replace(baseline, **VARIANTS[variant].training)


def ablation_settings(values: Mapping[str, Any]) -> AblationSettings:
    """The experiment that a settings file or a job's specification describes.

    Raises:
        GlassboxError: an unknown name, a wrong type or a value out of range.

    >>> ablation_settings({"data": "grammar", "variants": ["one_head"]}).to_run
    ('baseline', 'one_head')
    """
    known = [field.name for field in fields(AblationSettings)]
    unknown = sorted(str(name)[:40] for name in set(values) - set(known))
    if unknown:
        raise GlassboxError(
            "translation.matter.error.unknown", names=", ".join(unknown), known=", ".join(known)
        )
    variants = values.get("variants", list(VARIANTS))
    if not isinstance(variants, list | tuple):
        raise GlassboxError("translation.matter.error.variants", known=", ".join(VARIANTS))
    return AblationSettings(**{**values, "variants": tuple(variants)})


def work_of(settings: AblationSettings, variant: str) -> float:
    """What a variant counts for in the job's progress, in epochs."""
    return SCORING + settings.epochs * VARIANTS[variant].trained


def starts(settings: AblationSettings) -> dict[str, float]:
    """The progress of the whole job, in epochs, at which each variant begins.

    >>> starts(ablation_settings({"epochs": 6, "variants": ["greedy", "one_head"]}))
    {'baseline': 0.0, 'greedy': 7.0, 'one_head': 8.0}
    """
    begun, done = {}, 0.0
    for variant in settings.to_run:
        begun[variant] = done
        done += work_of(settings, variant)
    return begun


def command(settings: AblationSettings, variant: str | None = None) -> str:
    """What to type to repeat the experiment, or one variant of it beside its baseline.

    >>> command(AblationSettings(), "one_head").split(" > ")[0]
    'echo \\'{"variants": ["baseline", "one_head"]}\\''
    >>> command(AblationSettings())
    'python -m core job translation.ablation'
    """
    usual = asdict(AblationSettings())
    given = {name: value for name, value in asdict(settings).items() if value != usual[name]}
    if variant is not None:
        given["variants"] = list(dict.fromkeys(("baseline", variant)))
    if not given:
        return JOB
    return f"echo '{json.dumps(given)}' > settings.json && {JOB} --settings settings.json"
