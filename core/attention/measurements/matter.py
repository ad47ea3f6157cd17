"""Measured by taking parts away or adding tokens: pictures, meanings, and what growing a text costs."""

from core.attention.head_ranking import read_shipped_ranking
from core.attention.matter_texts import ranking_text, words_with_two_meanings
from core.attention.meanings import separate
from core.attention.open_model import open_model
from core.attention.rank_heads import rank_all_heads
from core.attention.reuse import grow
from core.curriculum.question import Measurement
from core.intervals import wilson_interval

TOP = 10
"""Heads on either list."""
MASKED = 0.15
"""Share of the tokens that BERT's training predicts (Devlin et al. 2019, section 3.1)."""


def sharp_among_vital(small: bool = False) -> Measurement:
    """The share of MiniLM's ten sharpest heads among its ten that matter most, each head removed in turn.

    Beside it the same for SmolLM2's 27 of 270 heads, from the ranking that comes with the project, as
    removing all of them takes longer than a question may.
    """
    sentences = ranking_text().split(". ")
    ranking = rank_all_heads(open_model("minilm-l6"), ". ".join(sentences[: 2 if small else 4]))
    measure = ranking.measures[0]
    sharpest = sorted(ranking.heads, key=lambda effect: -effect.sharpness)[:TOP]
    both = [effect for effect in sharpest if effect in ranking.ranked(measure)[:TOP]]
    shipped = read_shipped_ranking("smollm2-135m")
    count = len(shipped.heads) // 10
    shipped_sharpest = sorted(shipped.heads, key=lambda effect: -effect.sharpness)[:count]
    return Measurement(
        value=len(both) / TOP,
        values={
            "tokens": ranking.tokens,
            "heads": len(ranking.heads),
            "chance": TOP / len(ranking.heads),
            "correlation": ranking.correlation(measure),
            "smollm2_count": count,
            "smollm2_both": len([e for e in shipped_sharpest if e in shipped.ranked("divergence")[:count]]),
            "smollm2_correlation": shipped.correlation("divergence"),
        },
        note_key="attention.matter.measured.sharp_among_vital",
    )


def meanings_found(small: bool = False) -> Measurement:
    """The share of occurrences whose nearest other occurrence, in MiniLM's last layer, means the same."""
    model = open_model("minilm-l6")
    found = [separate(model, meanings) for meanings in words_with_two_meanings()[: 2 if small else None]]
    occurrences = sum(each.occurrences for each in found)
    share = wilson_interval(sum(each.nearest_right[-1] for each in found), occurrences)
    alike = found[0].occurrences // 2 - 1
    return Measurement(
        value=share.value,
        low=share.low,
        high=share.high,
        values={
            "words": len(found),
            "occurrences": occurrences,
            "at_input": sum(each.nearest_right[0] for each in found) / occurrences,
            "chance": alike / (found[0].occurrences - 1),
            "within": sum(each.within[-1] for each in found) / len(found),
            "across": sum(each.across[-1] for each in found) / len(found),
        },
        note_key="attention.matter.measured.meanings_found",
    )


def growth_ratio(small: bool = False) -> Measurement:
    """How many times as many vectors as SmolLM2 MiniLM computes while a text grows by a few tokens."""
    sentence = ranking_text().split(". ")[0]
    added = 1 if small else 4
    both = grow(open_model("minilm-l6"), sentence, added)
    causal = grow(open_model("smollm2-135m"), sentence, added)
    length = len(causal.tokens)
    return Measurement(
        value=(both.computed / both.new) / (causal.computed / causal.new),
        values={
            "added": added,
            "tokens": length,
            "causal": causal.computed / causal.new,
            "bidirectional": both.computed / both.new,
            "signal": (length - 1) / length / MASKED,
        },
        note_key="attention.matter.measured.growth_ratio",
    )
