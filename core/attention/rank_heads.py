"""Rank every head of a model by what its removal changes, at less than the price of one run a head.

A head in layer l leaves everything below l as it was. So the hidden states below are computed once and
kept; the variants of one layer, each lacking one head, go up through the layers above as one batch. On
average half of the layers remain to be run, in larger and therefore faster matrix products. The result
is the same as running the whole model once for each head, which the tests do.
"""

from collections.abc import Callable, Iterator
from time import perf_counter

import torch
from torch import Tensor

from core.attention.ablation import (
    ROWS_TOGETHER,
    log_probabilities,
    read_intact,
    sentence_cosine,
    token_losses,
    without_heads,
)
from core.attention.head_ranking import HeadEffect, HeadRanking, Replacement
from core.attention.open_model import OpenModel
from core.intervals import bootstrap_interval

ROWS_IN_A_BATCH = 576
"""Tokens that go through a block together; more would need memory and save no time."""
MOST_TOKENS = 512
"""Of a text that is ranked; what is longer is cut, and the result says by how many tokens."""
Tick = Callable[[], None]


def _no_tick() -> None:
    """Nobody watches."""


def rank_all_heads(
    model: OpenModel,
    text: str,
    replacement: Replacement = "zero",
    progress: Callable[[float], None] | None = None,
) -> HeadRanking:
    """Remove each head in turn and measure.

    Args:
        model: the open model.
        text: read up to `MOST_TOKENS` tokens.
        replacement: what stands in for the removed head.
        progress: told the share done, after each layer.

    Raises:
        GlassboxError: a text of fewer than two tokens.
    """
    begun = perf_counter()
    ranker = HeadRanker(model, text, replacement)
    effects: list[HeadEffect] = []
    for layer in range(model.layer_count):
        effects += ranker.layer(layer)
        if progress is not None:
            progress((layer + 1) / model.layer_count)
    return ranker.ranking(effects, perf_counter() - begun)


class HeadRanker:
    """One text and one model, whose layers can be ranked one after the other, in any order."""

    def __init__(self, model: OpenModel, text: str, replacement: Replacement = "zero") -> None:
        """Read the text once.

        Raises:
            GlassboxError: a text of fewer than two tokens.
        """
        pieces, self.left_out = model.read_start(text, MOST_TOKENS)
        self.model, self.text, self.replacement = model, text, replacement
        self.intact = read_intact(model, pieces.ids, pieces.tokens)
        with torch.inference_mode():
            self._before = log_probabilities(model, self.intact.hidden[-1]) if model.causal else None

    def ranking(self, effects: list[HeadEffect], seconds: float) -> HeadRanking:
        """The result, once all layers have been ranked."""
        loss = None if self._before is None else float(token_losses(self._before, self.intact.ids).mean())
        return HeadRanking(
            model=self.model.name,
            text=self.text,
            tokens=len(self.intact.ids),
            left_out=self.left_out,
            replacement=self.replacement,
            loss=loss,
            seconds=seconds,
            heads=tuple(effects),
        )

    @torch.inference_mode()
    def layer(self, layer: int, tick: Tick = _no_tick) -> list[HeadEffect]:
        """The effects of the heads of `layer`; `tick` is called before every block and may raise."""
        effects = []
        for heads, hidden in self._variants(layer, tick):
            if self._before is None:
                changes = (1 - sentence_cosine(self.intact.hidden[-1], hidden)).tolist()
                effects += [self._effect(layer, *pair) for pair in zip(heads, changes, strict=True)]
            else:
                effects += self._language_effects(layer, heads, hidden, self._before)
        return effects

    def _variants(self, layer: int, tick: Tick) -> Iterator[tuple[list[int], Tensor]]:
        """Groups of heads with the last block's output (group, n, width) of the model without each."""
        model, below = self.model, self.intact.hidden[layer]
        together = max(1, ROWS_IN_A_BATCH // len(below))
        for heads in torch.arange(model.head_count).split(together):
            group = heads.tolist()
            scale, mean = without_heads(
                model, self.intact, layer, [[head] for head in group], self.replacement
            )
            tick()
            hidden = model.layer(layer, below, head_scale=scale, head_mean=mean).hidden
            for above in range(layer + 1, model.layer_count):
                tick()
                hidden = model.layer(above, hidden).hidden
            yield group, hidden

    def _language_effects(
        self, layer: int, heads: list[int], hidden: Tensor, before: Tensor
    ) -> list[HeadEffect]:
        losses, divergences = compare_variants(self.model, self.intact.ids, hidden, before)
        changes = losses - token_losses(before, self.intact.ids)
        intervals = [bootstrap_interval(row) for row in changes.tolist()]
        means = divergences.mean(-1).tolist()
        return [
            self._effect(layer, head, None, (interval.value, interval.low, interval.high), mean)
            for head, interval, mean in zip(heads, intervals, means, strict=True)
        ]

    def _effect(
        self,
        layer: int,
        head: int,
        vector_change: float | None,
        loss: tuple[float | None, float | None, float | None] = (None, None, None),
        divergence: float | None = None,
    ) -> HeadEffect:
        return HeadEffect(
            layer=layer,
            head=head,
            sharpness=float(self.intact.sharpness[layer, head]),
            sink_share=float(self.intact.sink_share[layer, head]),
            loss_change=loss[0],
            loss_low=loss[1],
            loss_high=loss[2],
            divergence=divergence,
            vector_change=vector_change,
        )


def compare_variants(model: OpenModel, ids: Tensor, hidden: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
    """Losses and divergences of several variants at once, never holding all their vocabulary scores.

    With scores z after a removal, log q = z - logsumexp(z), so that KL(p || q) =
    sum p log p - sum p z + logsumexp(z): one pass over z, no second array of its size.

    Args:
        model: the open language model.
        ids: (n,) the text.
        hidden: (variants, n, width) after the last block.
        before: (n, vocabulary) log-probabilities of the whole model.

    Returns:
        (variants, n - 1) nats of each token but the first, and (variants, n) divergences in nats.
    """
    losses, divergences = [], []
    targets = torch.cat([ids[1:], ids[:1]])  # the last place predicts nothing that is known
    for rows in torch.arange(len(ids)).split(max(1, ROWS_TOGETHER // len(hidden))):
        scores = model.logits(hidden[:, rows])
        total = scores.logsumexp(-1)
        losses.append(total - scores[:, torch.arange(len(rows)), targets[rows]])
        likely = before[rows].exp()
        expected = torch.einsum("vnw,nw->vn", scores, likely)
        divergences.append((likely * before[rows]).sum(-1) - expected + total)
    return torch.cat(losses, -1)[:, :-1], torch.cat(divergences, -1)
