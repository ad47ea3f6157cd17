"""Names of MiniLM's matrices, short enough for a figure; known without the model."""

import re
from typing import Literal

Scope = Literal["linear", "all"]
SCOPES: tuple[Scope, ...] = ("linear", "all")
"""Which matrices are quantised: the linear layers', as libraries do, or the embeddings' too."""
_SHORT = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "output",
    "intermediate.dense": "up",
    "output.dense": "down",
}
_EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings")


def short_label(name: str) -> str:
    """A parameter's name as a figure has room for it.

    >>> short_label("encoder.layer.3.attention.self.query.weight"), short_label("pooler.dense.weight")
    ('3.query', 'pooler')
    """
    block = re.fullmatch(r"encoder\.layer\.(\d+)\.(.+)\.weight", name)
    if block:
        return f"{block[1]}.{_SHORT[block[2]]}"
    return name.split(".")[1] if name.startswith("embeddings.") else name.split(".")[0]


def matrix_labels(layers: int = 6) -> tuple[str, ...]:
    """The labels of all matrices, known without the model.

    >>> matrix_labels()[3], len(matrix_labels())
    ('0.query', 40)
    """
    blocks = (f"{layer}.{part}" for layer in range(layers) for part in _SHORT.values())
    return (*_EMBEDDINGS, *blocks, "pooler")
