"""Min-p: a token may be drawn if it is at least a fraction of the best token's probability.

    kept = { x : P(x) >= min_p * max P }

The bar rises with the model's confidence, so a high temperature stays readable.
Source: Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM
Outputs", section 3, equations 1 and 2.
"""

from torch import Tensor

from core.decoding.processors.checks import check_range


def min_p(logits: Tensor, fraction: float) -> Tensor:
    """Set every score whose probability is below `fraction` of the best one's to minus infinity.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        fraction: 0 to 1; 0 changes nothing, 1 keeps the best only (and its equals).

    Raises:
        GlassboxError: `fraction` is out of range.

    >>> from torch import tensor
    >>> min_p(tensor([[0.5, 0.3, 0.15, 0.05]]).log(), 0.2).exp()
    tensor([[0.5000, 0.3000, 0.1500, 0.0000]])
    """
    check_range("min_p", fraction)
    probabilities = logits.softmax(-1)
    bar = fraction * probabilities.amax(-1, keepdim=True)
    return logits.masked_fill(probabilities < bar, float("-inf"))
