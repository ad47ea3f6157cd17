"""What a feed-forward layer costs in parameters, with and without a gate, and what real models chose.

Without a gate there are two matrices, width x inner and back: 2 d h. A gate adds a third: 3 d h. At
equal cost the gated layer is two thirds as wide inside: 3 d h' = 2 d h gives h' = 2h/3, and from the
usual h = 4 d, h' = 8 d / 3. Models round that to what their hardware likes.

Sources: Shazeer 2020, section 2; Touvron et al. 2023, "LLaMA", section 2.2.
"""

from dataclasses import dataclass

from core.errors import GlassboxError


@dataclass(frozen=True)
class FeedForwardSize:
    """A published model's feed-forward layers."""

    name: str
    width: int
    inner: int
    layers: int
    gated: bool
    bias: bool
    total: int
    """All parameters of the model, tied tables counted once, from its published configuration."""

    @property
    def per_layer(self) -> int:
        """Parameters of one feed-forward layer."""
        return parameter_count(self.width, self.inner, self.gated, self.bias)

    @property
    def share(self) -> float:
        """The feed-forward layers' part of all parameters."""
        return self.layers * self.per_layer / self.total

    @property
    def ratio(self) -> float:
        """Inner width over width: 4 without a gate, 8/3 with one at the same cost."""
        return self.inner / self.width


def parameter_count(width: int, inner: int, gated: bool, bias: bool = False) -> int:
    """Parameters of one feed-forward layer.

    Raises:
        GlassboxError: a width below one.

    >>> parameter_count(768, 3072, gated=False, bias=True), parameter_count(4096, 11008, gated=True)
    (4722432, 135266304)
    """
    if width < 1 or inner < 1:
        raise GlassboxError("attention.block.error.inner", width=width, inner=inner)
    matrices = 3 if gated else 2
    biases = (width + (matrices - 1) * inner) if bias else 0
    return matrices * width * inner + biases


def two_thirds(width: int, multiple: int = 1, plain_ratio: float = 4.0) -> int:
    """The inner width at which a gated layer costs what a plain one of `plain_ratio` * width costs.

    Args:
        width: d.
        multiple: rounded up to a multiple of this; LLaMA takes 256.
        plain_ratio: inner over outer width of the plain layer.

    >>> two_thirds(576), two_thirds(4096), two_thirds(4096, multiple=256)
    (1536, 10922, 11008)
    """
    inner = int(2 * plain_ratio * width / 3)
    return -(-inner // multiple) * multiple


MODELS = (
    FeedForwardSize("GPT-2", 768, 3072, 12, gated=False, bias=True, total=124_439_808),
    FeedForwardSize("BERT base", 768, 3072, 12, gated=False, bias=True, total=109_482_240),
    FeedForwardSize("MiniLM-L6", 384, 1536, 6, gated=False, bias=True, total=22_713_216),
    FeedForwardSize("SmolLM2-135M", 576, 1536, 30, gated=True, bias=False, total=134_515_008),
    FeedForwardSize("LLaMA 7B", 4096, 11008, 32, gated=True, bias=False, total=6_738_415_616),
    FeedForwardSize("Llama 3 8B", 4096, 14336, 32, gated=True, bias=False, total=8_030_261_248),
)
"""Widths from each model's published configuration; the tests count the parameters again."""
