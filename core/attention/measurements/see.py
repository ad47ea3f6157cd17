"""Measured for the first view's questions: copying from afar, what a look carries, scaling, kinds, masks."""

from functools import cache

import torch
from torch import Tensor

from core.attention.head_kinds import head_kinds
from core.attention.masks import padding_mask
from core.attention.open_model import OpenModel, open_model
from core.attention.reading import Reading, read_pieces, read_text
from core.attention.scaled_dot_product import attention
from core.attention.sentences import sentences
from core.curriculum.question import Measurement

CAUSAL, BOTH = "smollm2-135m", "minilm-l6"
INDUCTION_FROM = 0.4


@cache
def _reading(model: str, sentence: int) -> Reading:
    return read_text(open_model(model), sentences()[sentence].text)


def copied_tokens(small: bool = False) -> Measurement:
    """The share of random tokens that SmolLM2 predicts right when they come a second time.

    Then again with the heads switched off that look back to the first time.
    """
    model = open_model(CAUSAL)
    period = 24 if small else 40
    generator = torch.Generator().manual_seed(7)
    drawn = torch.randint(model.vocabulary_size // 2, (period,), generator=generator) + 1000
    ids = torch.cat((drawn, drawn))
    copying = head_kinds(_reading(CAUSAL, 0)).scores["induction"] >= INDUCTION_FROM
    first, second = _right(model, ids, None)
    _, without = _right(model, ids, (~copying).float())
    return Measurement(
        value=second,
        values={
            "first": first,
            "without": without,
            "tokens": period,
            "heads": int(copying.sum()),
            "all": copying.numel(),
        },
        note_key="attention.see.measured.copied_tokens",
    )


def _right(model: OpenModel, ids: Tensor, scales: Tensor | None) -> tuple[float, float]:
    """The share of tokens of the first and of the second half that were the likeliest ones."""
    hidden = model.embed(ids)
    for index in range(model.layer_count):
        scale = None if scales is None else scales[index]
        hidden = model.layer(index, hidden, head_scale=scale).hidden
    right = (model.logits(hidden[:-1]).argmax(-1) == ids[1:]).float()
    half = len(ids) // 2
    return right[: half - 1].mean().item(), right[half:].mean().item()


def largest_weight_carries_most(small: bool = False) -> Measurement:
    """In what share of all looks the token with the largest weight also adds the longest vector."""
    reading = _reading(CAUSAL, 0)
    layers = range(0, reading.model.layer_count, 3 if small else 1)
    same, average, sums, weight_of_first = [], [], [], []
    for index in layers:
        layer_pass = reading.layer(index)
        shared_by = reading.model.head_count // reading.model.key_value_heads
        values = layer_pass.values.norm(dim=-1).repeat_interleave(shared_by, 0)
        weights = layer_pass.weights[:, 2:]
        moved = weights * values[:, None]
        same.append((weights.argmax(-1) == moved.argmax(-1)).float().mean().item())
        average.append(weights.amax(-1).mean().item())
        sums.append((weights.sum(-1) - 1).abs().max().item())
        weight_of_first.append((weights.argmax(-1) == 0).float().mean().item())
    count = len(same)
    return Measurement(
        value=sum(same) / count,
        values={
            "looks": count * reading.model.head_count * (reading.length - 2),
            "largest": sum(average) / count,
            "first": sum(weight_of_first) / count,
            "off": max(sums),
        },
        note_key="attention.see.measured.largest_weight",
    )


def undivided_weight(small: bool = False) -> Measurement:
    """The largest weight of a look at random keys without the division, and with it.

    Queries and keys are standard normal, as the paper's argument supposes; beside them the products of
    SmolLM2's own heads.
    """
    generator = torch.Generator().manual_seed(0)
    width, keys, looks = 64, 64, 200 if small else 2000
    queries = torch.randn(looks, width, generator=generator)
    table = torch.randn(keys, width, generator=generator)
    undivided = attention(queries, table, table, scale=1.0)
    divided = attention(queries, table, table)
    layer_pass = _reading(CAUSAL, 0).layer(10)
    own = (layer_pass.queries @ layer_pass.keys.repeat_interleave(3, 0).mT)[:, 5:, :5]
    return Measurement(
        value=undivided.weights.amax(-1).mean().item(),
        values={
            "divided": divided.weights.amax(-1).mean().item(),
            "spread": undivided.products.std().item(),
            "spread_divided": divided.scaled.std().item(),
            "slope": _slope(undivided.weights),
            "slope_divided": _slope(divided.weights),
            "own_spread": own.std(-1).mean().item(),
            "width": width,
            "keys": keys,
        },
        note_key="attention.see.measured.undivided",
    )


def _slope(weights: Tensor) -> float:
    """How much a weight moves with its own score, w (1 - w), summed over the row, on average."""
    return (weights * (1 - weights)).sum(-1).mean().item()


def heads_on_first(small: bool = False) -> Measurement:
    """The share of SmolLM2's heads that put more than half of their attention on the first token."""
    kinds = head_kinds(_reading(CAUSAL, 0))
    other = head_kinds(_reading(BOTH, 0))
    first = kinds.scores["first"] > 0.5
    layer, head = other.heads_of("previous")[0]
    return Measurement(
        value=first.float().mean().item(),
        values={
            "count": int(first.sum()),
            "all": first.numel(),
            "previous": len(kinds.heads_of("previous")),
            "induction": len(kinds.heads_of("induction")),
            "other_layer": layer,
            "other_head": head,
            "other_previous": other.scores["previous"][layer, head].item(),
        },
        note_key="attention.see.measured.heads_on_first",
    )


def changed_past(small: bool = False) -> Measurement:
    """How far BERT's vectors of all earlier words move when the last word changes, and SmolLM2's.

    And what filling a batch up does to a BERT without a padding mask.
    """
    moved = {name: _moved_past(open_model(name)) for name in (CAUSAL, BOTH)}
    filled, masked = _moved_by_filling()
    return Measurement(
        value=moved[BOTH],
        values={"causal": moved[CAUSAL], "filled": filled, "masked": masked, "filling": FILLING},
        note_key="attention.see.measured.changed_past",
    )


FILLING = 20
START, LAST_WORDS = "The old man sat down on the river", (" bank", " wall")


def _moved_past(model: OpenModel) -> float:
    """The relative change of the states of the words that two texts share, last layer."""
    states = [read_text(model, START + word).hidden[-1] for word in LAST_WORDS]
    shared = len(model.read(START).ids) - (0 if model.causal else 1)
    before, after = (state[:shared] for state in states)
    return ((after - before).norm(dim=-1) / before.norm(dim=-1)).mean().item()


def _moved_by_filling() -> tuple[float, float]:
    """The change of one head layer's outputs by [PAD] tokens behind the text, without and with the mask."""
    model = open_model(BOTH)
    ids = model.read(START).ids
    filled = torch.cat((ids, torch.zeros(FILLING, dtype=ids.dtype)))
    layer_pass = read_pieces(model, model.spell(filled)).layer(0)
    queries, keys, values = layer_pass.queries, layer_pass.keys, layer_pass.values
    alone = model.layer(0, model.embed(ids)).head_outputs
    mask = padding_mask(torch.tensor([len(ids)]), len(filled))[0]
    changes = []
    for allowed in (None, mask):
        output = attention(queries, keys, values, allowed).output[:, : len(ids)]
        changes.append(((output - alone).norm() / alone.norm()).item())
    return changes[0], changes[1]
