"""An update one can look at: A, B and their product, of a matrix of SmolLM2 that was really tuned.

Two sources: what LoRA learned at a rank, and the best that any update of that rank could do of what full
tuning changed in the same matrix, its truncated singular value decomposition (Eckart and Young 1936). Read
with NumPy from the shipped file, without torch.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from core.errors import GlassboxError
from core.memory.lora.tuning_result import SHIPPED_UPDATES
from core.memory.lora.tuning_settings import RANKS, SCALE

Matrix = NDArray[np.float32]
MATRICES = ("q_proj", "v_proj")
SOURCES = ("lora", "full")
ALPHAS = (0, 4 * RANKS[-1])


@dataclass(frozen=True)
class UpdatePicture:
    """One update of one matrix, taken apart."""

    matrix: str
    source: str
    rank: int
    alpha: float
    a: Matrix
    """(rank, inputs)."""
    b: Matrix
    """(outputs, rank)."""
    product: Matrix
    """(outputs, inputs): alpha / rank times B A."""
    full: Matrix
    """(outputs, inputs): what full tuning changed."""
    singular: tuple[float, ...]
    """Of the product, those of its rank, largest first."""
    full_singular: tuple[float, ...]
    """Of full tuning's change, all."""
    strength: float
    """Norm of the product in that of the weights."""
    full_strength: float
    """Norm of full tuning's change in that of the weights."""
    held: float
    """Share of full tuning's change, as squared norm, that its best update of this rank holds."""

    @property
    def numbers(self) -> int:
        """In A and B together."""
        return int(self.a.size + self.b.size)

    @property
    def whole(self) -> int:
        """In the matrix."""
        return int(self.product.size)


def update_picture(matrix: str, source: str, rank: int, alpha: float | None = None) -> UpdatePicture:
    """The update of a matrix at a rank.

    Args:
        matrix: one of MATRICES.
        source: `lora`: as it was trained at that rank; `full`: full tuning's change cut to that rank.
        rank: one of RANKS.
        alpha: of LoRA; as in training where it is left out. A cut-off change has none.

    Raises:
        GlassboxError: a choice that is not there, or the shipped file is missing or damaged.
    """
    if matrix not in MATRICES or source not in SOURCES or rank not in RANKS:
        raise GlassboxError("memory.lora.error.picture", ranks=", ".join(map(str, RANKS)))
    weight, full = _part(f"weight.{matrix}"), _part(f"full.{matrix}")
    left, values, right = _decomposed(matrix)
    if source == "lora":
        a, b = _part(f"lora-{rank}.{matrix}.a"), _part(f"lora-{rank}.{matrix}.b")
        alpha = SCALE * rank if alpha is None else alpha
        product = np.float32(alpha / rank) * (b @ a)
    else:
        root = np.sqrt(values[:rank])
        a, b, alpha = root[:, None] * right[:rank], left[:, :rank] * root, float(rank)
        product = b @ a
    return UpdatePicture(
        matrix=matrix,
        source=source,
        rank=rank,
        alpha=float(alpha),
        a=a,
        b=b,
        product=product,
        full=full,
        singular=tuple(map(float, product_singular_values(a, b, alpha / rank))),
        full_singular=tuple(map(float, values)),
        strength=float(np.linalg.norm(product) / np.linalg.norm(weight)),
        full_strength=float(np.linalg.norm(full) / np.linalg.norm(weight)),
        held=float((values[:rank] ** 2).sum() / (values**2).sum()),
    )


def product_singular_values(a: Matrix, b: Matrix, scale: float) -> Matrix:
    """Of `scale` B A, without making it: those of the small matrix R_B R_A' of two QR decompositions.

    >>> one = np.array([[3.0, 4.0]], dtype=np.float32)
    >>> [round(float(value), 4) for value in product_singular_values(one, one.T, 2.0)]
    [50.0]
    """
    values: Matrix = np.linalg.svd(
        np.linalg.qr(b)[1] @ np.linalg.qr(a.T)[1].T * np.float32(scale), compute_uv=False
    )
    return values


def numerical_rank(values: tuple[float, ...], share: float = 1e-4) -> int:
    """Singular values that are more than rounding: above `share` of the largest.

    >>> numerical_rank((5.0, 1.0, 1e-6))
    2
    """
    return sum(value > share * values[0] for value in values) if values else 0


@lru_cache(maxsize=2)
def _decomposed(matrix: str) -> tuple[Matrix, Matrix, Matrix]:
    left, values, right = np.linalg.svd(_part(f"full.{matrix}"), full_matrices=False)
    return left, values, right


def _part(name: str) -> Matrix:
    tensors = _tensors(SHIPPED_UPDATES)
    if name not in tensors:
        raise GlassboxError("memory.lora.error.file", file=SHIPPED_UPDATES.name)
    part: Matrix = tensors[name].astype(np.float32)
    return part


@cache
def _tensors(path: Path) -> dict[str, Any]:
    try:
        tensors: dict[str, Any] = load_file(path)
    except Exception as error:
        raise GlassboxError("memory.lora.error.file", file=path.name) from error
    return tensors
