"""Batch norm against layer norm on real hidden states: whose statistics a token is measured by.

    layer norm   over the d numbers of one token          the same in any company
    batch norm   over all tokens of the batch, per number  depends on the other sentences and on padding

At test time batch norm uses running averages of the means and variances seen in training:
r <- (1 - momentum) r + momentum * batch value, the variance divided by n - 1 for it. Where the present
text differs from the training text, those averages are wrong for it.

Sources: Ioffe and Szegedy 2015, "Batch Normalization", algorithms 1 and 2; Ba et al. 2016; Shen et al.
2020, "PowerNorm: Rethinking Batch Normalization in Transformers", section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.attention.block.norms import layer_norm
from core.errors import GlassboxError

EPSILON = 1e-5
MOMENTUM = 0.1


@dataclass(frozen=True)
class BatchNormSteps:
    """Statistics over the tokens of a batch, and every token normalised by them."""

    mean: Tensor
    """(d,)"""
    variance: Tensor
    """(d,), divided by the number of tokens"""
    count: int
    """Tokens that went into the statistics."""
    normalised: Tensor
    """(batch, length, d)"""


def batch_norm(hidden: Tensor, mask: Tensor | None = None, epsilon: float = EPSILON) -> BatchNormSteps:
    """Normalise each of the d numbers over all tokens of the batch.

    Args:
        hidden: (batch, length, d)
        mask: (batch, length), True for real tokens; None lets padding into the statistics.
        epsilon: keeps the divisor from zero.
    """
    counted = hidden.flatten(0, 1) if mask is None else hidden[mask]
    mean = counted.mean(0)
    variance = counted.var(0, correction=0)
    return BatchNormSteps(mean, variance, len(counted), normalise(hidden, mean, variance, epsilon))


def normalise(hidden: Tensor, mean: Tensor, variance: Tensor, epsilon: float = EPSILON) -> Tensor:
    """(hidden - mean) / sqrt(variance + epsilon), the statistics (d,) those of a batch or running ones."""
    return (hidden - mean) / torch.sqrt(variance + epsilon)


@dataclass(frozen=True)
class RunningStatistics:
    """What batch norm carries from training to test time."""

    mean: Tensor
    variance: Tensor
    batches: int = 0

    def after(self, steps: BatchNormSteps, momentum: float = MOMENTUM) -> "RunningStatistics":
        """The averages moved towards one more batch; torch starts from mean 0 and variance 1.

        The variance of a single token is not defined: such a batch is left out.
        """
        if steps.count < 2:
            return self
        unbiased = steps.variance * steps.count / (steps.count - 1)
        return RunningStatistics(
            (1 - momentum) * self.mean + momentum * steps.mean,
            (1 - momentum) * self.variance + momentum * unbiased,
            self.batches + 1,
        )


def new_statistics(width: int) -> RunningStatistics:
    """Before the first batch: mean 0, variance 1."""
    return RunningStatistics(torch.zeros(width), torch.ones(width))


@dataclass(frozen=True)
class States:
    """Hidden states of a batch of sentences, padded at the right to the longest."""

    tokens: tuple[tuple[str, ...], ...]
    hidden: Tensor
    """(batch, length, d)"""
    mask: Tensor
    """(batch, length), True for real tokens"""


@torch.inference_mode()
def hidden_states(encoder: tuple[Any, Any], sentences: Sequence[str], layer: int) -> States:
    """MiniLM's hidden states after `layer` blocks (0: embeddings), each sentence read with its padding.

    Raises:
        GlassboxError: an empty sentence, one of more than 500 tokens, or no such layer.
    """
    module, tokenizer = encoder
    if not 0 <= layer <= module.config.num_hidden_layers:
        raise GlassboxError("attention.block.error.layer", layer=layer, last=module.config.num_hidden_layers)
    if not sentences or any(not sentence.strip() for sentence in sentences):
        raise GlassboxError("attention.block.error.text")
    encoded = [tokenizer.encode(sentence) for sentence in sentences]
    longest = max(len(one.ids) for one in encoded)
    if longest > 500:
        raise GlassboxError("attention.block.error.long", tokens=longest)
    ids = torch.zeros(len(encoded), longest, dtype=torch.long)
    mask = torch.zeros(len(encoded), longest, dtype=torch.bool)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = True
    output = module(input_ids=ids, attention_mask=mask.long(), output_hidden_states=True)
    return States(tuple(tuple(one.tokens) for one in encoded), output.hidden_states[layer], mask)


@dataclass(frozen=True)
class Company:
    """One sentence's token normalised alone and in two batches, by batch norm and by layer norm."""

    token: str
    features: tuple[int, ...]
    batch_first: tuple[float, ...]
    batch_second: tuple[float, ...]
    batch_padded: tuple[float, ...]
    """In the second batch, with its padding counted."""
    layer_first: tuple[float, ...]
    layer_second: tuple[float, ...]
    batch_change: float
    """Mean absolute difference of the token's batch-normed numbers between the two batches."""
    padding_change: float
    """Mean absolute difference that counting the padding makes in the second batch."""
    layer_change: float
    padding: int
    """Padded places in the second batch."""
    tokens: tuple[int, int]
    """Real tokens in either batch."""
    formula: str
    """The arithmetic of the token's first number in both batches, as LaTeX."""


def in_two_batches(
    encoder: tuple[Any, Any],
    sentence: str,
    first: Sequence[str],
    second: Sequence[str],
    layer: int,
    position: int = 1,
    shown: int = 24,
) -> Company:
    """Normalise `sentence` among the sentences `first` and among `second`.

    Args:
        encoder: from `core.shelf.load.load_encoder`.
        sentence: the one that is looked at.
        first: the other sentences of one batch.
        second: those of another.
        layer: blocks run before; 0 is the embeddings' output.
        position: the token looked at; 0 is [CLS].
        shown: how many of its numbers are kept for a figure.

    Raises:
        GlassboxError: an empty sentence, or no such layer or position.
    """
    one, two = (hidden_states(encoder, [sentence, *others], layer) for others in (first, second))
    if not 0 <= position < len(one.tokens[0]):
        raise GlassboxError("attention.block.error.position", position=position, last=len(one.tokens[0]) - 1)
    steps = batch_norm(one.hidden, one.mask), batch_norm(two.hidden, two.mask)
    batch_one, batch_two = (step.normalised[0, position] for step in steps)
    padded = batch_norm(two.hidden).normalised[0, position]
    layer_one = layer_norm(one.hidden[0, position]).normalised
    layer_two = layer_norm(two.hidden[0, position]).normalised
    return Company(
        token=one.tokens[0][position],
        features=tuple(range(shown)),
        batch_first=tuple(batch_one[:shown].tolist()),
        batch_second=tuple(batch_two[:shown].tolist()),
        batch_padded=tuple(padded[:shown].tolist()),
        layer_first=tuple(layer_one[:shown].tolist()),
        layer_second=tuple(layer_two[:shown].tolist()),
        batch_change=_mean_change(batch_one, batch_two),
        padding_change=_mean_change(batch_two, padded),
        layer_change=_mean_change(layer_one, layer_two),
        padding=int((~two.mask).sum()),
        tokens=(int(one.mask.sum()), int(two.mask.sum())),
        formula=_formula(float(one.hidden[0, position, 0]), steps),
    )


def _formula(x: float, steps: tuple[BatchNormSteps, BatchNormSteps]) -> str:
    rows = []
    for name, step in zip("AB", steps, strict=True):
        mean, spread = float(step.mean[0]), float((step.variance[0] + EPSILON).sqrt())
        rows.append(
            rf"y_1^{{({name})}} &= \frac{{{x:.3f} - ({mean:.3f})}}{{{spread:.3f}}}"
            f" = {(x - mean) / spread:.3f}"
        )
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"


def _mean_change(before: Tensor, after: Tensor) -> float:
    return float((before - after).abs().mean())


@dataclass(frozen=True)
class RunningError:
    """How wrong running statistics are, batch by batch, for texts like and unlike those averaged."""

    alike: tuple[float, ...]
    """Mean absolute change of a token's numbers, own statistics to running ones, in batches alike."""
    unlike: tuple[float, ...]
    size: int
    """Sentences in a batch."""

    def mean(self, kind: str) -> float:
        """The mean over the batches of `alike` or `unlike`."""
        values: tuple[float, ...] = getattr(self, kind)
        return sum(values) / len(values)


def running_error(
    encoder: tuple[Any, Any],
    training: Sequence[str],
    unlike: Sequence[str],
    layer: int,
    size: int,
) -> RunningError:
    """Average statistics over `training` in batches of `size`, then test on batches of both kinds.

    The first half of `training` is averaged, the second half tested.

    Raises:
        GlassboxError: fewer than two batches of training sentences, or none of the others.
    """
    batches = [training[start : start + size] for start in range(0, len(training) - size + 1, size)]
    others = [unlike[start : start + size] for start in range(0, len(unlike) - size + 1, size)]
    if len(batches) < 2 or not others:
        raise GlassboxError("attention.block.error.batches", size=size)
    half = len(batches) // 2
    statistics = new_statistics(encoder[0].config.hidden_size)
    for batch in batches[:half] * 8:
        states = hidden_states(encoder, batch, layer)
        statistics = statistics.after(batch_norm(states.hidden, states.mask))
    return RunningError(
        tuple(_error(encoder, batch, layer, statistics) for batch in batches[half:]),
        tuple(_error(encoder, batch, layer, statistics) for batch in others),
        size,
    )


def _error(
    encoder: tuple[Any, Any], batch: Sequence[str], layer: int, statistics: RunningStatistics
) -> float:
    states = hidden_states(encoder, batch, layer)
    own = batch_norm(states.hidden, states.mask).normalised
    running = normalise(states.hidden, statistics.mean, statistics.variance)
    return _mean_change(own[states.mask], running[states.mask])
