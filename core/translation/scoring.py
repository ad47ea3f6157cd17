"""Scores as they are reported: sacreBLEU and chrF with their signatures, and the old tutorials' BLEU.

A BLEU figure means nothing without the way its tokens were cut. sacreBLEU cuts them itself and says how
in its signature. Older tutorials cut and lowercased translation and reference by spaCy first and had no
smoothing: `lowercased_bleu` is exactly that, so that a figure of theirs can be compared.

Sources: Post 2018, "A Call for Clarity in Reporting BLEU Scores"; Popović 2015, "chrF".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from sacrebleu.metrics import BLEU, CHRF

from core.errors import GlassboxError
from core.translation.bleu import BleuArithmetic, bleu_of_tokens

Tokens = Literal["13a", "intl", "char", "blanks", "spacy"]
"""How a sentence becomes tokens: sacreBLEU's default, its international and character rules; only at
blanks; spaCy's rules for English, lowercased."""
TOKENS: tuple[Tokens, ...] = get_args(Tokens)
_SACREBLEU_NAMES = {"blanks": "none", "spacy": "none"}


@dataclass(frozen=True)
class Bleu:
    """sacreBLEU's verdict."""

    score: float
    """0 to 100."""
    signature: str
    """What must be told with the figure so that others can repeat it."""
    precisions: tuple[float, ...]
    """Percent, of n-grams of length 1 to 4."""
    brevity_penalty: float
    length: int
    reference_length: int


@dataclass(frozen=True)
class Chrf:
    """sacreBLEU's chrF."""

    score: float
    """0 to 100."""
    signature: str


def corpus_bleu(hypotheses: Sequence[str], references: Sequence[str], tokens: Tokens = "13a") -> Bleu:
    """BLEU of a whole test set, one reference a sentence, cased unless the tokens are spaCy's.

    Raises:
        GlassboxError: no sentences, or not as many references.

    >>> round(corpus_bleu(["a man runs fast ."], ["a man runs fast !"]).score, 2)
    66.87
    """
    check_pairs(hypotheses, references)
    metric = _bleu(tokens, single=False)
    cut = _joined(tokens)
    found = metric.corpus_score(list(map(cut, hypotheses)), [list(map(cut, references))])
    return _verdict(found, metric)


def sentence_bleu(hypothesis: str, reference: str, tokens: Tokens = "13a") -> Bleu:
    """BLEU of one sentence: lengths that it is too short for are left out, as sacreBLEU does."""
    metric = _bleu(tokens, single=True)
    cut = _joined(tokens)
    return _verdict(metric.sentence_score(cut(hypothesis), [cut(reference)]), metric)


def lowercased_bleu(hypotheses: Sequence[str], references: Sequence[str]) -> Bleu:
    """The old tutorials' BLEU: spaCy's blank English tokenizer, lowercased, no smoothing.

    Raises:
        GlassboxError: no sentences, or not as many references.
    """
    return corpus_bleu(hypotheses, references, "spacy")


def corpus_chrf(hypotheses: Sequence[str], references: Sequence[str]) -> Chrf:
    """chrF of a whole test set.

    Raises:
        GlassboxError: no sentences, or not as many references.
    """
    check_pairs(hypotheses, references)
    metric = CHRF()
    score = metric.corpus_score(list(hypotheses), [list(references)]).score
    return Chrf(score, str(metric.get_signature()))


def sentence_chrf(hypothesis: str, reference: str) -> Chrf:
    """chrF of one sentence."""
    metric = CHRF()
    return Chrf(metric.sentence_score(hypothesis, [reference]).score, str(metric.get_signature()))


def bleu_arithmetic(hypothesis: str, reference: str, tokens: Tokens = "13a") -> BleuArithmetic:
    """BLEU of one sentence with every n-gram: what `sentence_bleu` computes, opened."""
    cut = tokenizer(tokens)
    return bleu_of_tokens(cut(hypothesis), cut(reference), "none" if tokens == "spacy" else "exp")


def tokenizer(tokens: Tokens) -> Callable[[str], list[str]]:
    """The function that cuts a sentence.

    >>> tokenizer("13a")("Two dogs, 3.5-year-old."), tokenizer("blanks")("Two dogs.")
    (['Two', 'dogs', ',', '3.5', '-', 'year-old', '.'], ['Two', 'dogs.'])
    """
    if tokens == "spacy":
        return spacy_tokens
    cut = BLEU(tokenize=_SACREBLEU_NAMES.get(tokens, tokens)).tokenizer
    return lambda sentence: str(cut(sentence.rstrip())).split()


def spacy_tokens(sentence: str) -> list[str]:
    """Lowercased tokens by the rules of `spacy.blank("en")`, which needs no trained model."""
    return [token.text.lower() for token in _spacy_tokenizer()(sentence) if not token.is_space]


def check_pairs(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    """Raise a GlassboxError unless there are as many references as translations, and some."""
    if not hypotheses or len(hypotheses) != len(references):
        raise GlassboxError(
            "translation.evaluate.error.pairs", hypotheses=len(hypotheses), references=len(references)
        )


def _joined(tokens: Tokens) -> Callable[[str], str]:
    """What sacreBLEU is given: the sentence, or the tokens of a cutter that it does not know."""
    return (lambda sentence: " ".join(spacy_tokens(sentence))) if tokens == "spacy" else str


def _bleu(tokens: Tokens, single: bool) -> BLEU:
    return BLEU(
        tokenize=_SACREBLEU_NAMES.get(tokens, tokens),
        smooth_method="none" if tokens == "spacy" else "exp",
        effective_order=single,
        force=True,  # tokens with blanks around them are what these protocols are about
    )


def _verdict(found: Any, metric: Any) -> Bleu:
    return Bleu(
        found.score,
        str(metric.get_signature()),
        tuple(found.precisions),
        found.bp,
        found.sys_len,
        found.ref_len,
    )


@cache
def _spacy_tokenizer() -> Any:
    """Imported when it is needed: it takes some seconds."""
    import spacy

    return spacy.blank("en").tokenizer
