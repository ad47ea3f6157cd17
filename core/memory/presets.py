"""Models by name: the configurations that their authors published, and the size that they state."""

import tomllib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import GlassboxError
from core.memory.architecture import Architecture
from core.memory.config_json import architecture_from
from core.memory.layout import layout
from core.settings import PROJECT_FOLDER

PRESETS = PROJECT_FOLDER / "assets" / "samples" / "memory" / "presets.toml"
UNITS = {"M": 10**6, "B": 10**9}
FAMILIES = {
    "LLaMA": ("llama-7b", "llama-13b", "llama-33b", "llama-65b"),
    "Llama 2": ("llama-2-",),
    "Llama 3": ("llama-3-",),
    "Qwen2.5": ("qwen2.5",),
    "Qwen3": ("qwen3",),
    "DeepSeek": ("deepseek",),
    "Mistral, Mixtral": ("mistral", "mixtral"),
    "ChatGLM": ("chatglm",),
    "Baichuan": ("baichuan",),
    "BLOOM": ("bloom",),
    "SmolLM2": ("smollm2",),
    "GPT-2": ("gpt2",),
    "GPT-3": ("gpt3",),
    "BERT, MiniLM": ("bert", "minilm"),
    "T5": ("t5",),
}
"""Families as a list offers them -> how the names of their presets begin."""


@dataclass(frozen=True)
class Preset:
    """One published model."""

    name: str
    title: str
    published: str
    """Parameters as the authors state them: `134515008`, `6.7B`."""
    source: str
    config: dict[str, Any]
    """As in its config.json."""
    difference: str = ""
    """Where count and statement differ, which of the texts `memory.predict.difference.*` says why."""

    @property
    def counted(self) -> int:
        """Parameters counted from the configuration."""
        return layout(preset(self.name)).parameters

    @property
    def matches(self) -> bool:
        """Whether the count, rounded as the statement is, equals it."""
        return as_published(self.counted, self.published) == self.published


@cache
def presets(path: Path = PRESETS) -> dict[str, Preset]:
    """All presets by name, in the order of the file."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["preset"]
    return {row["name"]: Preset(**row) for row in rows}


@cache
def preset(name: str) -> Architecture:
    """The architecture of a published model.

    Raises:
        GlassboxError: there is none of that name.
    """
    if name not in presets():
        raise GlassboxError("memory.predict.error.preset", name=name[:60], known=", ".join(presets()))
    return architecture_from(presets()[name].config, name)


def as_published(count: int, published: str) -> str:
    """`count` written with the unit and the decimals of `published`.

    >>> as_published(6738415616, "6.7B"), as_published(134515008, "134515008")
    ('6.7B', '134515008')
    """
    unit = published[-1]
    if unit not in UNITS:
        return str(count)
    decimals = len(published[:-1].partition(".")[2])
    scaled = Decimal(count) / UNITS[unit]
    return f"{scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)}{unit}"


def families() -> dict[str, tuple[Preset, ...]]:
    """The presets by family, each family's in the order of the file.

    >>> [entry.name for entry in families()["Llama 2"]]
    ['llama-2-7b', 'llama-2-13b', 'llama-2-70b']
    """
    return {
        family: tuple(entry for entry in presets().values() if entry.name.startswith(begins))
        for family, begins in FAMILIES.items()
    }


def family_of(name: str) -> str:
    """The family of a preset.

    >>> family_of("minilm-l6")
    'BERT, MiniLM'
    """
    return next(family for family, begins in FAMILIES.items() if name.startswith(begins))
