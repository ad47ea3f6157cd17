"""Measured for the questions on positions: on MiniLM's tables, SmolLM2's heads, and the formulas."""

import torch

from core.attention.positions import alibi
from core.attention.positions.added import take_apart
from core.attention.positions.distance import by_distance, cosines, dot_products
from core.attention.positions.heads import head_vectors, randomly_turned, share_falling
from core.attention.positions.learned import position_table
from core.attention.positions.order import order_test
from core.attention.positions.relative import LARGEST, staircase
from core.attention.positions.rope import shifted_scores
from core.attention.positions.sinusoidal import encoding, frequencies
from core.attention.positions.stretched_loss import stretched_losses
from core.attention.schemes.prose import paragraphs
from core.curriculum.question import Measurement

SENTENCE = "The old dog bit the young man because he was afraid of the rain."
STRETCH = 4.0


def position_share(small: bool = False) -> Measurement:
    """The share of the variance of MiniLM's input that its position vectors hold; both found again."""
    found = take_apart(" ".join(paragraphs())[: 400 if small else 1800])
    order = order_test("minilm-l6", SENTENCE)
    return Measurement(
        value=found.position_share,
        values={
            "tokens": found.tokens,
            "words": found.words_found,
            "positions": found.positions_found,
            "cosine": found.mean_cosine,
            "random": found.random_cosine,
            "shuffled": order.largest_without,
            "with_positions": order.mean_with,
        },
        note_key="attention.positions.measured.position_share",
    )


def sinusoidal_likeness(small: bool = False) -> Measurement:
    """The dot product of two sinusoidal positions 50 tokens apart, as a share of that with itself."""
    width, length = 512, 128 if small else 512
    found = by_distance(dot_products(encoding(length, width)))
    own = float(found.mean[0])
    # Small or not, the same distances are quoted.
    near, middle, far = (float(found.mean[distance]) / own for distance in (1, 50, 100))
    table = encoding(length, width)
    both_ways = float((table[60] @ table[50] - table[60] @ table[70]).abs())
    return Measurement(
        value=middle,
        values={
            "near": near,
            "far": far,
            "width": width,
            "share": found.share_explained,
            "both_ways": both_ways,
        },
        note_key="attention.positions.measured.sinusoidal_likeness",
    )


def learned_distance(small: bool = False) -> Measurement:
    """How much of the likeness of the rows of MiniLM's table distance explains; T5's buckets beside it."""
    table = position_table()
    found = by_distance(cosines(table))
    steps = staircase("t5", LARGEST, 16)
    before = steps.buckets[steps.offsets <= 0]
    return Measurement(
        value=found.share_explained,
        values={
            "neighbours": float(found.mean[1]),
            "hundred": float(found.mean[100]),
            "rows": len(table),
            "numbers": table.numel(),
            "buckets": len(before.unique()),
        },
        note_key="attention.positions.measured.learned_distance",
    )


def random_decay(small: bool = False) -> Measurement:
    """The share of heads with random angles whose mean score falls with distance; SmolLM2's beside it."""
    vectors = head_vectors(SENTENCE)
    speeds = frequencies(vectors.width, vectors.base)
    draws = 2 if small else 10
    shares = [share_falling(randomly_turned(vectors.products, seed), speeds) for seed in range(draws)]
    query, key = vectors.query(19, 4, 9), vectors.key(19, 4, 4)
    shifted = shifted_scores(query, key, (9, 4), torch.arange(0, 2000, 10), vectors.base)
    return Measurement(
        value=sum(shares) / draws,
        values={
            "trained": share_falling(vectors.products, speeds),
            "heads": vectors.products.shape[0] * vectors.products.shape[1],
            "draws": draws,
            "score": float(shifted.rotated[0]),
            "spread": float(shifted.rotated.max() - shifted.rotated.min()),
            "added": float(shifted.added.max() - shifted.added.min()),
        },
        note_key="attention.positions.measured.random_decay",
    )


def alibi_near(small: bool = False) -> Measurement:
    """The share of 8 heads' attention on the 32 nearest of 1,024 tokens when all products are equal."""
    heads, length, near = 8, 1024, 32
    weights = alibi.weights_if_equal(heads, length)
    within = weights[:, :near].sum(-1)
    longer = alibi.weights_if_equal(heads, 8 * length)[:, :near].sum(-1)
    slopes = alibi.slopes(heads)
    return Measurement(
        value=float(within.mean()),
        values={
            "first": float(within[0]),
            "last": float(within[-1]),
            "longer": float(longer.mean()),
            "reach_first": alibi.reach(float(slopes[0])),
            "reach_last": alibi.reach(float(slopes[-1])),
            "cost": float(slopes[0]) * near,
        },
        note_key="attention.positions.measured.alibi_near",
    )


def interpolation_cost(small: bool = False) -> Measurement:
    """Perplexity of SmolLM2 on a short text with positions divided by 4, relative to its own, untrained."""
    found = stretched_losses(STRETCH, length=48 if small else 128)
    times = {name: float(torch.tensor(loss - found.own).exp()) for name, loss in found.stretched.items()}
    return Measurement(
        value=times["interpolation"],
        values={
            "tokens": found.tokens,
            "ntk": times["ntk"],
            "yarn": times["yarn"],
            "llama": times["llama3"],
            "factor": found.factor,
        },
        note_key="attention.positions.measured.interpolation_cost",
    )
