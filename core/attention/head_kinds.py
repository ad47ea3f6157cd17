"""What kind of head is this? Each kind has a measure, between 0 and 1, that says so.

A share of attention, averaged over the tokens that look:

- previous, next, itself: on the token one to the left, one to the right, on the token itself;
- first: on the first token (the attention sink; BERT's [CLS]); separator: on BERT's closing [SEP];
- same: on the earlier occurrence of the same token;
- induction: on the token that came after that earlier occurrence, so that a sequence can be continued.

The first five are measured on the reader's text. The last two need tokens that occur twice: random
tokens written out twice in a row, where nothing but the repetition can be the reason for looking back.

Sources: Clark et al. 2019, "What Does BERT Look At?", section 3; Olsson et al. 2022, "In-context
Learning and Induction Heads" (prefix matching score on repeated random tokens); Xiao et al. 2023,
"Efficient Streaming Language Models with Attention Sinks", section 3.1.
"""

from dataclasses import dataclass
from functools import cache
from math import nan

import torch
from torch import Tensor

from core.attention.open_model import OpenModel, open_model
from core.attention.reading import Reading, read_pieces

REPEATED = ("induction", "same")
ON_THE_TEXT = ("previous", "next", "itself", "separator", "first")
KINDS = (*REPEATED, *ON_THE_TEXT, "broad", "mixed")
THRESHOLD = 0.4
"""A head is called by its largest measure from here on; a smaller one leaves it mixed."""
BROAD = 0.85
"""Share of the largest possible entropy from which a head that has no other kind looks everywhere alike."""
RANDOM_TOKENS, RANDOM_TEXTS = 20, 2


@dataclass(frozen=True)
class HeadKinds:
    """All heads of a model on one text; tensors are (layers, heads)."""

    scores: dict[str, Tensor]
    """Measure by kind; NaN where the text is too short for it."""
    entropy: Tensor
    """Nats, averaged over the tokens that look; e to its power is how many tokens share a look."""
    distance: Tensor
    """Tokens between looking and looked at, weighted by attention."""
    kinds: tuple[tuple[str, ...], ...]
    """The kind of each head, by layer."""

    def heads_of(self, kind: str) -> list[tuple[int, int]]:
        """(layer, head) of every head of that kind, the clearest first."""
        found = [
            (layer, head)
            for layer, row in enumerate(self.kinds)
            for head, name in enumerate(row)
            if name == kind
        ]
        measure = self.scores.get(kind)
        if measure is None:
            return sorted(found, key=lambda place: -self.entropy[place].item())
        return sorted(found, key=lambda place: -measure[place].item())


def head_entropy(weights: Tensor) -> Tensor:
    """Entropy in nats of each row of (..., n, n) weights.

    >>> [round(nats, 4) for nats in head_entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5]])).tolist()]
    [0.0, 0.6931]
    """
    return 0.0 - torch.xlogy(weights, weights).sum(-1)  # not a minus sign: no -0.0 for a row with one 1


def head_distance(weights: Tensor) -> Tensor:
    """Mean distance in tokens of each row of (..., n, n) weights.

    >>> head_distance(torch.tensor([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [0.0, 0.5]
    """
    places = torch.arange(weights.shape[-1])
    return (weights * (places[:, None] - places).abs()).sum(-1)


def text_scores(weights: Tensor, causal: bool) -> dict[str, Tensor]:
    """The measures on a text: (layers, heads, n, n) weights to (layers, heads) for each kind.

    Rows whose neighbour is the first token itself do not count, where that would mix two kinds.
    """
    length = weights.shape[-1]
    rows = weights[:, :, 2:]
    scores = {
        "previous": _mean(weights.diagonal(-1, -2, -1)[..., 1:]),
        "itself": _mean(weights.diagonal(0, -2, -1)[..., 1:]),
        "first": _mean(rows[..., 0]),
    }
    if not causal:
        # Neither [CLS] nor [SEP] counts as a neighbour: they have measures of their own.
        scores["next"] = _mean(weights.diagonal(1, -2, -1)[..., : length - 2])
        scores["separator"] = _mean(weights[:, :, : length - 1, -1])
    return scores


def _mean(shares: Tensor) -> Tensor:
    """The mean over the tokens that look, NaN where there is none."""
    return shares.mean(-1) if shares.shape[-1] else torch.full(shares.shape[:-1], nan)


def repeated_scores(weights: Tensor, start: int, period: int) -> dict[str, Tensor]:
    """The measures on tokens written twice: (layers, heads, n, n) weights to (layers, heads).

    Args:
        weights: attention over a text in which token start + i and token start + period + i are the same.
        start: place of the first random token.
        period: number of random tokens before they come again.

    >>> again = torch.zeros(1, 1, 4, 4)
    >>> again[..., 2, 1] = again[..., 3, 2] = 1.0  # the second "a" of a b a b looks at "b", and so on
    >>> scores = repeated_scores(again, start=0, period=2)
    >>> scores["induction"].item(), scores["same"].item()
    (1.0, 0.0)
    """
    second = torch.arange(start + period, start + 2 * period)
    return {
        "induction": weights[:, :, second, second - period + 1].mean(-1),
        "same": weights[:, :, second, second - period].mean(-1),
    }


@cache
def model_scores(name: str) -> dict[str, Tensor]:
    """`repeated_scores` of a model of the shelf: a property of the model, measured once."""
    return measure_repetition(open_model(name))


def measure_repetition(model: OpenModel, seed: int = 0) -> dict[str, Tensor]:
    """Induction and same-token measures, averaged over random texts.

    BERT's random tokens stand between its own [CLS] and [SEP].
    """
    generator = torch.Generator().manual_seed(seed)
    frame = model.read("a").ids
    first, last = (frame[:0], frame[:0]) if model.causal else (frame[:1], frame[-1:])
    found = []
    for _ in range(RANDOM_TEXTS):
        drawn = torch.randint(model.vocabulary_size // 2, (RANDOM_TOKENS,), generator=generator)
        drawn += model.vocabulary_size // 4  # neither the special tokens nor the rarest ones
        reading = read_pieces(model, model.spell(torch.cat((first, drawn, drawn, last))))
        found.append(repeated_scores(reading.weights, len(first), RANDOM_TOKENS))
    return {name: torch.stack([scores[name] for scores in found]).mean(0) for name in REPEATED}


def head_kinds(reading: Reading, repeated: dict[str, Tensor] | None = None) -> HeadKinds:
    """Measure and name every head.

    Args:
        reading: the text.
        repeated: the model's measures on repeated tokens; None: those of the shelf's model of its name.
    """
    weights, causal = reading.weights, reading.model.causal
    repeated = model_scores(reading.model.name) if repeated is None else repeated
    scores = {**repeated, **text_scores(weights, causal)}
    visible = torch.arange(1, reading.length + 1) if causal else torch.tensor([reading.length])
    entropy = head_entropy(weights)
    largest = visible.log().mean().item()
    evenness = entropy.mean(-1) / largest if largest else torch.zeros_like(entropy[..., 0])
    kinds = tuple(
        tuple(
            _name({kind: table[layer, head].item() for kind, table in scores.items()}, evenness[layer, head])
            for head in range(reading.model.head_count)
        )
        for layer in range(reading.model.layer_count)
    )
    return HeadKinds(scores, entropy.mean(-1), head_distance(weights).mean(-1), kinds)


def _name(measures: dict[str, float], evenness: Tensor) -> str:
    """The largest measure's kind, if it is large enough.

    Repetition is asked first: a head that looks for it rests on the first token where a text repeats
    nothing, and would be called after its resting place.
    """
    for group in (REPEATED, ON_THE_TEXT):
        known = {kind: measures[kind] for kind in group if measures.get(kind, nan) >= THRESHOLD}
        if known:
            return max(known, key=lambda kind: known[kind])
    return "broad" if evenness.item() >= BROAD else "mixed"
