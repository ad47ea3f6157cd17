"""ALBERT's two savings in numbers: a narrow embedding that is widened, and one layer used for all.

    BERT    (V + positions + segments) d   + layers x layer
    ALBERT  (V + positions + segments) e + e d + 1 x layer,   e = 128

Fewer parameters are not less work: every token still passes `layers` layers of the same width.

Source: Lan et al. 2019, "ALBERT", section 3.1 and table 1.
"""

from dataclasses import dataclass

POSITIONS, SEGMENTS = 512, 2


@dataclass(frozen=True)
class BertSize:
    """Parameters of an encoder by part, and the multiplications that a token costs."""

    embedding: int
    projection: int
    """From the narrow embedding to the model's width; 0 where the embedding is as wide."""
    layers: int
    pooler: int
    multiplications: int
    """Of one token with the weights; attention between tokens, the same in both, is left out."""

    @property
    def total(self) -> int:
        """All parameters."""
        return self.embedding + self.projection + self.layers + self.pooler


def bert_size(vocabulary: int, width: int, layers: int, narrow: int | None, shared: bool) -> BertSize:
    """The size of a BERT with or without ALBERT's two savings; feed-forward width is 4 x `width`.

    Args:
        vocabulary: rows of the token table.
        width: of the hidden vectors.
        layers: through which a token passes.
        narrow: width of the embedding vectors; None as wide as the model.
        shared: whether all layers use the same weights.

    >>> bert_size(30_522, 768, 12, None, False).total, bert_size(30_000, 768, 12, 128, True).total
    (109482240, 11683584)
    """
    embedding_width = narrow or width
    rows = vocabulary + POSITIONS + SEGMENTS
    layer_weights = 12 * width * width
    layer = layer_weights + 13 * width  # biases: 4 + 4 + 1 widths; two norms: 4 widths
    projection = embedding_width * width + width if narrow else 0
    return BertSize(
        embedding=(rows + 2) * embedding_width,  # two rows: gain and bias of the norm
        projection=projection,
        layers=layer * (1 if shared else layers),
        pooler=width * width + width,
        multiplications=layers * layer_weights + (embedding_width * width if narrow else 0),
    )
