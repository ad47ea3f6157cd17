"""What a variant's translations are worth, and by how much they differ from the baseline's."""

from collections.abc import Sequence

from core.translation.ablation_result import Score
from core.translation.bootstrap import bleu_interval, compare, sentence_counts
from core.translation.scoring import corpus_bleu, corpus_chrf


def score_against(
    hypotheses: Sequence[str], references: Sequence[str], baseline: Sequence[str] | None
) -> Score:
    """BLEU with its interval, chrF, and the paired bootstrap against `baseline`, where there is one.

    Raises:
        GlassboxError: no sentences, or not as many of one as of the other.

    >>> written = ["a dog runs over the grass ."] * 3
    >>> score = score_against(written, written, ["a dog runs over the lawn ."] * 3)
    >>> round(score.bleu.value), score.difference.value > 0
    (100, True)
    """
    rows = sentence_counts(hypotheses, references)
    whole = corpus_bleu(hypotheses, references)
    comparison = None
    if baseline is not None:
        comparison = compare("baseline", "variant", sentence_counts(baseline, references), rows)
    return Score(
        bleu=bleu_interval(rows),
        chrf=corpus_chrf(hypotheses, references).score,
        difference=comparison.difference if comparison else None,
        p_value=comparison.p_value if comparison else None,
        length_ratio=whole.length / max(whole.reference_length, 1),
    )


def signature(hypotheses: Sequence[str], references: Sequence[str]) -> str:
    """sacreBLEU's account of how it counts."""
    return corpus_bleu(hypotheses, references).signature
