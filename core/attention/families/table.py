"""The family table: published architectures row by row, each with its source, read and checked.

A row of `assets/samples/attention/families.toml` is a statement of record: the numbers of the paper or of
the `config.json` that the makers publish. Nothing is derived there; what follows from a row (the kind of
attention, the cache, the parameters) is computed, so that it can be compared with what is published.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER
from core.wording import LANGUAGES, Language

FILE = PROJECT_FOLDER / "assets" / "samples" / "attention" / "families.toml"
ALLOWED = {
    "kind": ("encoder", "decoder", "encoder-decoder", "prefix"),
    "objective": ("next", "masked", "span", "blank", "translation"),
    "positions": ("sinusoidal", "learned", "relative", "rope", "rope-2d", "alibi"),
    "norm": ("layernorm", "rmsnorm"),
    "norm_place": ("post", "pre", "deepnorm"),
    "activation": ("relu", "gelu", "silu"),
    "biases": ("all", "qkv", "none"),
}
"""The words that a field may hold; a new one needs its wording as well."""

_RELEASED = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Latent:
    """The narrow vectors of multi-head latent attention. Source: DeepSeek-AI 2024, section 2.1."""

    query_rank: int
    key_value_rank: int
    plain_width: int
    """Numbers of a query or key in one head that carry no position."""
    rotated_width: int
    """Numbers that RoPE turns; the key's are shared by all heads."""
    value_width: int


@dataclass(frozen=True)
class Experts:
    """The feed-forward parts of which a router chooses some for each token."""

    count: int
    chosen: int
    shared: int
    """Experts of the same width that every token passes, besides the chosen ones."""
    width: int
    dense_layers: int
    """First layers that keep one ordinary feed-forward part."""
    balancing_bias: bool = False
    """A number for each expert, added to its score when the router chooses (DeepSeek-V3, eq. 16)."""


@dataclass(frozen=True)
class Family:
    """One published model: its parts in words, its sizes in numbers, where both are written down."""

    name: str
    title: str
    released: str
    """Year and month of the first release."""
    kind: str
    objective: str
    positions: str
    norm: str
    norm_place: str
    activation: str
    gated: bool
    layers: int
    width: int
    heads: int
    key_value_heads: int
    head_width: int
    feed_forward: int
    vocabulary: int
    """Rows of the embedding table."""
    tied: bool
    """Whether one table serves input and output."""
    biases: str
    source: str
    source_title: str
    changed: Mapping[Language, str]
    context: int | None = None
    """Longest input, in tokens, that the makers state; None where they state none."""
    window: int | None = None
    decoder_layers: int = 0
    """Layers of the second stack, which also looks at the first one's output."""
    embedding_norm: bool = False
    final_norm: bool | None = None
    """Whether a norm follows the last layer; None: as usual, with norms in front and not otherwise."""
    query_key_norm: bool = False
    segments: int = 0
    pooler: bool = False
    relative_buckets: int = 0
    experts: Experts | None = None
    latent: Latent | None = None
    published: float | None = None
    """Parameters as the makers state them, as exactly as they do."""
    published_active: float | None = None
    difference: Mapping[Language, str] | None = None
    """Why the computed total differs from the published one by more than one per cent."""
    shelf: str | None = None
    """Name of the model on this project's shelf, whose own config and weights replace the row."""

    @property
    def mask(self) -> str:
        """Which tokens may look at which: a consequence of the kind."""
        return {"encoder": "both", "decoder": "causal", "prefix": "prefix"}.get(self.kind, "cross")

    @property
    def attention(self) -> str:
        """`mla`, `mha`, `mqa` or `gqa`, from the numbers of heads."""
        if self.latent:
            return "mla"
        if self.key_value_heads == self.heads:
            return "mha"
        return "mqa" if self.key_value_heads == 1 else "gqa"

    @property
    def feed_forward_kind(self) -> str:
        """The activation with its gate: `relu`, `gelu`, `geglu` or `swiglu`."""
        return {"gelu": "geglu", "silu": "swiglu"}.get(self.activation, "") if self.gated else self.activation

    @property
    def year(self) -> int:
        """Of the first release."""
        return int(self.released[:4])

    @property
    def cache_numbers(self) -> int | None:
        """Numbers that one token leaves in the key/value cache; None for an encoder, which needs none.

        >>> family("llama-7b").cache_numbers, family("deepseek-v3").cache_numbers
        (262144, 35136)
        """
        if self.kind == "encoder":
            return None
        layers = self.decoder_layers or self.layers
        if self.latent:
            return layers * (self.latent.key_value_rank + self.latent.rotated_width)
        return 2 * layers * self.key_value_heads * self.head_width


PARTS = (
    "kind",
    "objective",
    "positions",
    "norm",
    "norm_place",
    "feed_forward_kind",
    "attention",
    "biases",
    "tied",
    "query_key_norm",
)
"""What a model is made of, in the order of the comparison."""
SIZES = ("layers", "width", "heads", "key_value_heads", "feed_forward", "vocabulary", "context", "window")


@dataclass(frozen=True)
class Difference:
    """A part or size in which two models differ."""

    name: str
    first: Any
    second: Any


def differences(first: Family, second: Family, names: Sequence[str] = PARTS + SIZES) -> list[Difference]:
    """The properties of `names` in which the two differ, in that order.

    >>> [each.name for each in differences(family("llama-7b"), family("llama-2-7b"))]
    ['context']
    """
    pairs = [Difference(name, getattr(first, name), getattr(second, name)) for name in names]
    return [pair for pair in pairs if pair.first != pair.second]


def matching(rows: Sequence[Family], wanted: Mapping[str, Sequence[str]]) -> list[Family]:
    """The rows whose property is among the wanted ones, for every property named; empty wants mean any.

    >>> [row.name for row in matching(families(), {"positions": ["alibi"], "norm": ["layernorm"]})]
    ['bloom']
    """
    return [
        row
        for row in rows
        if all(not values or getattr(row, name) in values for name, values in wanted.items())
    ]


def family(name: str) -> Family:
    """The row of that name.

    Raises:
        GlassboxError: there is none.
    """
    found = next((row for row in families() if row.name == name), None)
    if found is None:
        raise GlassboxError("attention.families.error.unknown", name=name[:40])
    return found


def experts_of(row: Family) -> Experts:
    """The experts of a row.

    Raises:
        GlassboxError: the model has one feed-forward part in each layer.
    """
    if row.experts is None:
        raise GlassboxError("attention.families.error.chosen", chosen=1, experts=0)
    return row.experts


@cache
def families(path: Path = FILE) -> tuple[Family, ...]:
    """Every row, oldest first.

    Raises:
        GlassboxError: a field is missing, unknown, of another type or outside its words; says which row.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["family"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise GlassboxError("attention.families.error.file", file=path.name, reason=str(error)) from error
    rows = []
    for table in tables:
        try:
            rows.append(_family(table))
        except (TypeError, ValueError) as error:
            name = str(table.get("name", "?"))[:40]
            raise GlassboxError("attention.families.error.row", name=name, reason=str(error)) from error
    return tuple(sorted(rows, key=lambda row: row.released))


def _family(table: Mapping[str, Any]) -> Family:
    values = dict(table)
    for name, kind in (("experts", Experts), ("latent", Latent)):
        if name in values:
            values[name] = kind(**_checked(kind, values[name]))
    row = Family(**_checked(Family, values))
    for name, words in ALLOWED.items():
        if getattr(row, name) not in words:
            raise ValueError(f"{name} is not one of {', '.join(words)}")
    if not _RELEASED.fullmatch(row.released):
        raise ValueError("released is not a year and a month")
    if row.heads % row.key_value_heads:
        raise ValueError("the key/value heads do not divide the heads")
    if not row.source.startswith("https://"):
        raise ValueError("the source has no https address")
    return row


def _checked(kind: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """`table` if every needed field of the dataclass `kind` is there, none is unknown, and all fit."""
    hints = get_type_hints(kind)
    needed = {
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    }
    if needed - set(table) or set(table) - set(hints):
        raise ValueError(
            f"missing: {sorted(needed - set(table))}; unknown: {sorted(set(table) - set(hints))}"
        )
    for name, value in table.items():
        if not _fits(hints[name], value):
            raise ValueError(f"{name} is {value!r}")
    return dict(table)


def _fits(hint: Any, value: object) -> bool:
    kinds = get_args(hint) if type(None) in get_args(hint) else (hint,)
    for kind in kinds:
        if kind is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return True
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return True
        if kind in (str, bool, Experts, Latent) and isinstance(value, kind):
            return True
        if getattr(kind, "__origin__", None) is Mapping and isinstance(value, dict):
            return set(value) == set(LANGUAGES) and all(isinstance(text, str) for text in value.values())
    return False
