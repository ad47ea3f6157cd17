"""Each scheme's matrix: what it adds, turns or takes away, as rows and columns of numbers."""

from dataclasses import dataclass

import torch

from core.attention.positions import alibi, learned, relative, rope, scaling, sinusoidal
from core.attention.positions.checks import check_even, check_whole
from core.errors import GlassboxError

SCHEMES = ("sinusoidal", "learned", "rope", "alibi", "t5", "none")
MOST_CELLS = 512 * 512
"""Of a matrix that is still read as a whole."""


@dataclass(frozen=True)
class SchemeSettings:
    """What a matrix is made for; a scheme uses what concerns it."""

    dim: int = 64
    length: int = 32
    base: float = sinusoidal.BASE
    heads: int = 8
    head: int = 0
    scaling: str | None = None
    factor: float = 4.0
    context: int = 2048
    bidirectional: bool = True


@dataclass(frozen=True)
class SchemeMatrix:
    """A scheme's matrix."""

    scheme: str
    rows: str
    """What a row stands for: position, or query position."""
    columns: str
    values: str
    matrix: list[list[float]]


def scheme_matrix(scheme: str, settings: SchemeSettings) -> SchemeMatrix:
    """The matrix of one of `SCHEMES`.

    - sinusoidal, learned, none: (length, dim), added to the embeddings.
    - rope: (length, dim / 2), the angle in radians by which each pair is turned, stretched where asked.
    - alibi: (length, length), what is added to the scores of one head.
    - t5: (length, length), the bucket whose learnt number is added to the scores.

    Raises:
        GlassboxError: no such scheme, a number out of range, or a matrix too large to read.

    >>> scheme_matrix("alibi", SchemeSettings(length=2)).matrix
    [[0.0, -0.5], [-0.5, 0.0]]
    """
    if scheme not in SCHEMES:
        raise GlassboxError("attention.positions.error.scheme", name=scheme[:40], known=", ".join(SCHEMES))
    check_whole("length", settings.length, 1)
    square = scheme in ("alibi", "t5")
    cells = settings.length * (settings.length if square else max(settings.dim, 1))
    if cells > MOST_CELLS:
        raise GlassboxError("attention.positions.error.cells", cells=cells, most=MOST_CELLS)
    if square:
        name, values = "query position", _by_pair(scheme, settings)
        return SchemeMatrix(scheme, name, "key position", *values)
    columns = "pair of dimensions" if scheme == "rope" else "dimension"
    return SchemeMatrix(scheme, "position", columns, *_by_position(scheme, settings))


def _by_position(scheme: str, settings: SchemeSettings) -> tuple[str, list[list[float]]]:
    length, width = settings.length, settings.dim
    if scheme == "sinusoidal":
        return "added to the embedding", sinusoidal.encoding(length, width, settings.base).tolist()
    if scheme == "learned":
        table = learned.position_table()
        learned.row(table, length - 1)
        check_whole("dim", width, 1, table.shape[1])
        return "added to the embedding", table[:length, :width].tolist()
    if scheme == "none":
        check_whole("dim", width, 1)
        return "added to the embedding: nothing", torch.zeros(length, width).tolist()
    check_even(width)
    if settings.scaling is None:
        return "angle in radians", rope.rotation_angles(length, width, settings.base).tolist()
    found = scaling.scaled(settings.scaling, width, settings.base, settings.factor, settings.context)
    return "angle in radians", (torch.arange(length)[:, None] * found.speeds).tolist()


def _by_pair(scheme: str, settings: SchemeSettings) -> tuple[str, list[list[float]]]:
    if scheme == "alibi":
        check_whole("heads", settings.heads, 1, 1024)
        check_whole("head", settings.head, 0, settings.heads - 1)
        return "added to the score", alibi.bias(settings.heads, settings.length)[settings.head].tolist()
    offsets = relative.offsets(settings.length)
    return "bucket", relative.buckets(offsets, settings.bidirectional).tolist()
