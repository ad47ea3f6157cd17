"""Soft attention mixes all values, hard attention takes one; what hard attention loses is the gradient.

For one row of scores s and values v:

    soft      output = sum_j softmax(s / T)_j v_j
    sampled   output = v_J with J drawn from softmax(s / T)
    hard      output = v_J with J = argmax s, the limit of soft for T -> 0

The output of soft attention changes smoothly with every score. That of the argmax does not change at
all until another score is larger, so its gradient is zero and nothing can be learnt through it. For
the sampled choice the gradient of the expected output exists, but must be estimated from draws (the
score function estimator, REINFORCE), and the estimate is noisy.

Sources: Xu et al. 2015, "Show, Attend and Tell", sections 4.1 (hard) and 4.2 (soft); Williams 1992,
"Simple Statistical Gradient-Following Algorithms".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.exchange import Attend, HeadVectors, token_losses
from core.attention.masks import causal_mask
from core.attention.scaled_dot_product import attention
from core.attention.shared_heads import repeat_heads
from core.engines.language_model import LanguageModel
from core.errors import GlassboxError


@dataclass(frozen=True)
class Choice:
    """One query's look at m positions, three ways.

    Attributes:
        scores: (m,) q k / sqrt(d), before the temperature.
        soft: (m,) softmax(scores / T).
        hard: (m,) 1 at the largest score.
        drawn: (m,) how often each position was drawn, as a share of the draws.
        soft_output: (width,) the mixture.
        hard_output: (width,) the one value.
        drawn_output: (width,) the mean of the drawn values.
        soft_gradient: (m,) of the output's component along the soft output, by score.
        hard_gradient: (m,) of the same for the argmax: zero, computed by moving each score a little.
        drawn_gradient: (m,) the score function estimate of the soft gradient from the draws.
    """

    scores: Tensor
    soft: Tensor
    hard: Tensor
    drawn: Tensor
    soft_output: Tensor
    hard_output: Tensor
    drawn_output: Tensor
    soft_gradient: Tensor
    hard_gradient: Tensor
    drawn_gradient: Tensor

    @property
    def hard_cosine(self) -> float:
        """Cosine of the hard output with the soft one."""
        return float(torch.cosine_similarity(self.hard_output, self.soft_output, dim=0))

    @property
    def drawn_cosine(self) -> float:
        """Cosine of the mean drawn output with the soft one."""
        return float(torch.cosine_similarity(self.drawn_output, self.soft_output, dim=0))

    def exponential_sum(self, temperature: float) -> float:
        """The softmax's denominator, sum over the positions of exp(s / T)."""
        return float((self.scores / temperature).exp().sum())


def choose(scores: Tensor, values: Tensor, temperature: float, draws: int, seed: int) -> Choice:
    """Look with `scores` (m,) at `values` (m, width), softly, hard, and by drawing.

    Raises:
        GlassboxError: the temperature is not positive, or there are no draws.

    >>> found = choose(torch.tensor([2.0, 0.0]), torch.eye(2), temperature=1.0, draws=1, seed=0)
    >>> found.hard_output.tolist(), round(found.soft_output[0].item(), 3)
    ([1.0, 0.0], 0.881)
    """
    _check_temperature(temperature)
    if draws < 1:
        raise GlassboxError("attention.variants.error.draws", draws=draws)
    scores, values = scores.detach().clone(), values.detach().clone()
    soft = torch.softmax(scores / temperature, 0)
    soft_output = soft @ values
    along = values @ soft_output / soft_output.norm()
    drawn = torch.multinomial(soft, draws, replacement=True, generator=torch.Generator().manual_seed(seed))
    counts = torch.bincount(drawn, minlength=len(scores)) / draws
    hard = _one_hot(scores)
    return Choice(
        scores=scores,
        soft=soft,
        hard=hard,
        drawn=counts,
        soft_output=soft_output,
        hard_output=hard @ values,
        drawn_output=counts @ values,
        soft_gradient=_gradient(scores, lambda s: torch.softmax(s / temperature, 0) @ along),
        hard_gradient=_by_moving(scores, lambda s: _one_hot(s) @ along),
        drawn_gradient=_score_function(soft, along[drawn], drawn, temperature),
    )


def choose_at(vectors: HeadVectors, head: int, temperature: float, draws: int, seed: int) -> Choice:
    """The look of the last token through one head of a real layer, at all tokens up to itself.

    Raises:
        GlassboxError: see `choose`.
    """
    heads = vectors.queries.shape[0]
    keys, values = repeat_heads(vectors.keys, heads)[head], repeat_heads(vectors.values, heads)[head]
    scores = attention(vectors.queries[head][-1:], keys, values).scaled[0]
    return choose(scores, values, temperature, draws, seed)


def _check_temperature(temperature: float) -> None:
    if not temperature > 0:
        raise GlassboxError("attention.variants.error.temperature", temperature=temperature)


def _one_hot(scores: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(scores.argmax(-1), scores.shape[-1]).to(scores.dtype)


def _gradient(scores: Tensor, measure: Callable[[Tensor], Tensor]) -> Tensor:
    with torch.inference_mode(False), torch.enable_grad():
        leaf = scores.clone().requires_grad_()
        (found,) = torch.autograd.grad(measure(leaf), leaf)
    return found


def _by_moving(scores: Tensor, measure: Callable[[Tensor], Tensor], step: float = 1e-4) -> Tensor:
    """Central differences: what autograd would have to find, for a function it cannot see through."""
    moved = torch.eye(len(scores)) * step
    ahead = torch.stack([measure(scores + each) for each in moved])
    behind = torch.stack([measure(scores - each) for each in moved])
    return (ahead - behind) / (2 * step)


def _score_function(soft: Tensor, found: Tensor, drawn: Tensor, temperature: float) -> Tensor:
    """mean over draws of f(J) d log softmax(s / T)_J / d s (Williams 1992, without a baseline)."""
    log_gradients = (torch.nn.functional.one_hot(drawn, len(soft)) - soft) / temperature
    return (found[:, None] * log_gradients).mean(0)


def choosing(mask: Tensor, temperature: float | None) -> Attend:
    """Attention at a temperature for every head of every layer; None takes the largest score only.

    Raises:
        GlassboxError: the temperature is not positive.
    """
    if temperature is not None:
        _check_temperature(temperature)

    def attend(_: int, vectors: HeadVectors) -> Tensor:
        heads = vectors.queries.shape[0]
        keys, values = repeat_heads(vectors.keys, heads), repeat_heads(vectors.values, heads)
        if temperature is None:
            return _one_hot(attention(vectors.queries, keys, values, mask).masked) @ values
        return attention(vectors.queries / temperature, keys, values, mask).output

    return attend


@dataclass(frozen=True)
class TemperatureLoss:
    """Mean loss in nats a token with one temperature in every head; None is the argmax."""

    temperature: float | None
    loss: float


def temperature_losses(
    model: LanguageModel,
    ids: Sequence[int],
    temperatures: Sequence[float | None],
    progress: Callable[[float], None] | None = None,
) -> tuple[TemperatureLoss, ...]:
    """What the trained model loses when all its heads look more sharply or more evenly.

    Raises:
        GlassboxError: a temperature is not positive, or see `read_with`.
    """
    mask, found = causal_mask(len(ids)), []
    for place, temperature in enumerate(temperatures):
        loss = float(token_losses(model, ids, choosing(mask, temperature)).mean())
        found.append(TemperatureLoss(temperature, loss))
        if progress:
            progress((place + 1) / len(temperatures))
    return tuple(found)
