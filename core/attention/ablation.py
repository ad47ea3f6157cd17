"""Ablation: take a part out of a running model and measure what changes.

A head's output z = softmax(q k^T / sqrt(d)) v is a sum of parts that are added to the residual stream.
Switched off, it adds nothing (zero ablation); replaced by its mean over the text's tokens, it still adds
what it always adds but no longer anything that depends on the token (mean ablation), which keeps the
later layers nearer to inputs that they know. A whole block left out passes its input on.

What is measured: the loss on the text, its mean negative log-likelihood in nats a token; and the
Kullback-Leibler divergence KL(p || q) = sum p log(p / q) of the next-token distribution p before from q
after. An encoder without language-model head has neither: there it is the cosine of the sentence vectors.

Ablation has its own limits: later heads can compensate, two heads can stand in for one another, and a
zero is an input that the model never met in training.

Sources: Michel, Levy and Neubig 2019, "Are Sixteen Heads Really Better than One?", section 2.3;
Voita et al. 2019, "Analyzing Multi-Head Self-Attention"; Wang et al. 2022, "Interpretability in the
Wild", section 2.2 (mean ablation).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.effects import Candidate, LanguageEffect, VectorEffect
from core.attention.head_ranking import REPLACEMENTS, Replacement
from core.attention.open_model import OpenModel
from core.errors import GlassboxError

ROWS_TOGETHER = 512
"""Rows (tokens) whose vocabulary scores are computed at a time: 100 MB of them."""
CANDIDATES = 6
"""Next tokens compared at each place: the likeliest before and the likeliest after."""


@dataclass(frozen=True)
class Removal:
    """What is taken out, and what stands in its place."""

    heads: tuple[tuple[int, int], ...] = ()
    """(layer, head) pairs."""
    blocks: tuple[int, ...] = ()
    """Layers whose whole block is left out."""
    replacement: Replacement = "zero"

    @property
    def first_layer(self) -> int:
        """The lowest layer that is touched: everything below stays as it was."""
        return min([layer for layer, _ in self.heads] + list(self.blocks))


@dataclass(frozen=True)
class Intact:
    """One text read by the whole model, with what an ablation reuses."""

    ids: Tensor
    tokens: tuple[str, ...]
    hidden: tuple[Tensor, ...]
    """The embedding and the output of every block: layers + 1 tensors (n, width)."""
    head_means: Tensor
    """(layers, heads, head_width): each head's output averaged over the tokens."""
    sharpness: Tensor
    """(layers, heads), see `sharpness_of`."""
    sink_share: Tensor
    """(layers, heads): mean share of attention that goes to the first token, or to [CLS] and [SEP]."""


@torch.inference_mode()
def read_intact(model: OpenModel, ids: Tensor, tokens: tuple[str, ...]) -> Intact:
    """Run the whole model once on `ids` (n,) and keep what every ablation needs.

    Raises:
        GlassboxError: a text of fewer than two tokens, which has no loss and no picture.
    """
    if len(ids) < 2:
        raise GlassboxError("attention.matter.error.short")
    hidden, means, sharp, sinks = [model.embed(ids)], [], [], []
    for index in range(model.layer_count):
        passed = model.layer(index, hidden[-1])
        hidden.append(passed.hidden)
        means.append(passed.head_outputs.mean(-2))
        sharp.append(sharpness_of(passed.weights, model.causal))
        sinks.append(_sink_share(passed.weights, model.causal))
    return Intact(ids, tokens, tuple(hidden), torch.stack(means), torch.stack(sharp), torch.stack(sinks))


def sharpness_of(weights: Tensor, causal: bool) -> Tensor:
    """How concentrated attention is: 1 - H / log(keys), averaged over the queries with a choice.

    Args:
        weights: (heads, n, n), rows sum to one.
        causal: a query sees itself and what is before it, so that the first has no choice.

    Returns:
        (heads,): 0 where every row is uniform, 1 where every row has a single key.

    >>> flat = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]])
    >>> sharpness_of(flat, causal=True), sharpness_of(torch.eye(2)[None], causal=True)
    (tensor([0.]), tensor([1.]))
    """
    length = weights.shape[-1]
    keys = torch.arange(1, length + 1) if causal else torch.full((length,), length)
    entropy = torch.special.entr(weights).sum(-1)
    first = 1 if causal else 0
    return 1 - (entropy[:, first:] / torch.log(keys[first:].float())).mean(-1)


def _sink_share(weights: Tensor, causal: bool) -> Tensor:
    """(heads,): the mean weight on tokens that only mark a place: the first, or the encoder's two ends."""
    return weights[:, 1:, 0].mean(-1) if causal else weights[:, :, [0, -1]].sum(-1).mean(-1)


def sharper_than(intact: Intact, layer: int, head: int) -> float:
    """The share of the other heads whose picture is less sharp on this text."""
    others = intact.sharpness.numel() - 1
    return float((intact.sharpness < intact.sharpness[layer, head]).sum() / others)


def check_removal(model: OpenModel, removal: Removal) -> None:
    """Raise `GlassboxError` if nothing is removed or a part does not exist."""
    if not removal.heads and not removal.blocks:
        raise GlassboxError("attention.matter.error.nothing")
    if removal.replacement not in REPLACEMENTS:
        raise GlassboxError("attention.matter.error.replacement", value=str(removal.replacement)[:40])
    for layer in [layer for layer, _ in removal.heads] + list(removal.blocks):
        if not 0 <= layer < model.layer_count:
            raise GlassboxError("attention.matter.error.layer", layer=layer, last=model.layer_count - 1)
    for _, head in removal.heads:
        if not 0 <= head < model.head_count:
            raise GlassboxError("attention.matter.error.head", head=head, last=model.head_count - 1)


def heads_of_layer(model: OpenModel, layer: int) -> tuple[tuple[int, int], ...]:
    """All heads of one layer: its whole attention."""
    return tuple((layer, head) for head in range(model.head_count))


@torch.inference_mode()
def hidden_without(model: OpenModel, intact: Intact, removal: Removal, start: int | None = None) -> Tensor:
    """The last block's output (n, width) with parts removed.

    Args:
        model: the open model.
        intact: the same text read whole.
        removal: what to take out.
        start: the layer to begin at; None reuses everything below the first touched layer, 0 nothing.

    Raises:
        GlassboxError: a removal that is impossible.
    """
    check_removal(model, removal)
    start = removal.first_layer if start is None else start
    hidden = intact.hidden[start] if start else model.embed(intact.ids)
    for index in range(start, model.layer_count):
        if index in removal.blocks:
            update = (intact.hidden[index + 1] - intact.hidden[index]).mean(0)
            hidden = hidden + update if removal.replacement == "mean" else hidden
            continue
        gone = [head for layer, head in removal.heads if layer == index]
        scale, mean = without_heads(model, intact, index, [gone], removal.replacement)
        hidden = model.layer(index, hidden, head_scale=scale[0], head_mean=mean[0]).hidden
    return hidden


def without_heads(
    model: OpenModel, intact: Intact, layer: int, variants: Iterable[list[int]], replacement: Replacement
) -> tuple[Tensor, Tensor]:
    """What to multiply head outputs by and what to add, for variants that each lack some heads.

    Returns:
        scales (variants, heads), 0 where removed, and additions (variants, heads, head_width).
    """
    removed = torch.zeros(0, model.head_count)
    for gone in variants:
        row = torch.zeros(1, model.head_count)
        row[0, gone] = 1.0
        removed = torch.cat([removed, row])
    share = 1.0 if replacement == "mean" else 0.0
    return 1 - removed, share * removed[:, :, None] * intact.head_means[layer]


@torch.inference_mode()
def language_effect(model: OpenModel, intact: Intact, hidden: Tensor) -> LanguageEffect:
    """Compare the predictions from `hidden` (n, width) with those of the whole model.

    Args:
        model: an open language model.
        intact: the text read whole.
        hidden: from `hidden_without`.

    Raises:
        GlassboxError: the model has no language-model head.
    """
    before, after = log_probabilities(model, intact.hidden[-1]), log_probabilities(model, hidden)
    divergences = (before.exp() * (before - after)).sum(-1)
    return LanguageEffect(
        tuple(token_losses(before, intact.ids).tolist()),
        tuple(token_losses(after, intact.ids).tolist()),
        _candidates(model, before, after),
        tuple(divergences.tolist()),
    )


def _candidates(model: OpenModel, before: Tensor, after: Tensor) -> tuple[tuple[Candidate, ...], ...]:
    """For each row of two (n, vocabulary) tables the likeliest tokens, by their probability in the first."""
    likeliest = torch.cat([before.topk(CANDIDATES).indices, after.topk(CANDIDATES).indices], -1)
    rows = []
    for place, tokens in enumerate(likeliest):
        best = tokens.unique()
        best = best[before[place, best].argsort(descending=True)]
        first, second = before[place, best].exp().tolist(), after[place, best].exp().tolist()
        names = model.spell(best).tokens
        rows.append(tuple(Candidate(*row) for row in zip(names, first, second, strict=True)))
    return tuple(rows)


def log_probabilities(model: OpenModel, hidden: Tensor) -> Tensor:
    """(n, vocabulary) natural logarithms of the next-token probabilities from hidden states (n, width)."""
    return torch.cat([model.logits(rows).log_softmax(-1) for rows in hidden.split(ROWS_TOGETHER)])


def token_losses(log_probability: Tensor, ids: Tensor) -> Tensor:
    """Nats for each of the tokens 2..n given those before it: (..., n, vocabulary), (n,) -> (..., n - 1)."""
    targets = ids[1:].expand(*log_probability.shape[:-2], -1)[..., None]
    return -log_probability[..., :-1, :].gather(-1, targets)[..., 0]


@torch.inference_mode()
def vector_effect(intact: Intact, hidden: Tensor) -> VectorEffect:
    """Compare an encoder's vectors in `hidden` (n, width) with those of the whole model."""
    before = intact.hidden[-1]
    tokens = torch.cosine_similarity(before, hidden, dim=-1)
    return VectorEffect(float(sentence_cosine(before, hidden)), tuple(tokens.tolist()))


def sentence_cosine(before: Tensor, after: Tensor) -> Tensor:
    """Cosine of two sentence vectors, each the mean of its tokens' vectors (..., n, width) -> (...)."""
    return torch.cosine_similarity(before.mean(-2), after.mean(-2), dim=-1)
