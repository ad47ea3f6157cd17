"""Temperature: one number makes a distribution sharper or flatter.

Scores z become z / T before the softmax, so the odds of any two tokens are raised to the power 1/T:
below 1 the likeliest token gains, above 1 the tail does, and T -> 0 is greedy decoding.
Source: Ackley, Hinton and Sejnowski 1985, "A Learning Algorithm for Boltzmann Machines", section 2.
"""

from torch import Tensor

from core.decoding.processors.checks import check_range


def temperature(logits: Tensor, value: float) -> Tensor:
    """Divide every score by the temperature.

    Args:
        logits: (batch, vocabulary) scores of the next token.
        value: positive; 1.0 changes nothing.

    Raises:
        GlassboxError: `value` is out of range.

    >>> from torch import tensor
    >>> temperature(tensor([[2.0, -1.0]]), 0.5)
    tensor([[ 4., -2.]])
    """
    check_range("temperature", value)
    return logits / value
