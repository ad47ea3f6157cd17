"""Four kinds of Transformer on one sentence: who may look at whom, and which tokens carry a loss.

    encoder-only      every token sees all; some are hidden, and only these are guessed (BERT)
    decoder-only      a token sees itself and what came before; every next token is guessed (GPT)
    prefix LM         the first part sees all of itself, the rest is written left to right (GLM, U-PaLM)
    encoder-decoder   spans are cut out; the encoder reads the rest, the decoder writes the spans (T5)

Simplified: one sentence, one span, and BERT's chosen tokens are all replaced by [MASK].

Sources: Devlin et al. 2018, section 3.1; Radford et al. 2018, equation 1; Raffel et al. 2019,
section 3.2.1 and figures 2 to 4 (the three masks and the sentinels of span corruption).
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.attention.masks import causal_mask, prefix_mask
from core.errors import GlassboxError

KINDS = ("encoder", "decoder", "prefix", "encoder-decoder")
FEWEST, MOST = 4, 24
HIDDEN = "[MASK]"
SENTINELS = ("⟨X⟩", "⟨Y⟩")


_WORD = re.compile(r"[\u3400-\u9fff]|\w+(?:['’]\w+)?|[^\w\s]")


def words_of(text: str) -> tuple[str, ...]:
    """`text` cut into words, Chinese characters and marks: pieces that need no vocabulary.

    >>> words_of("It isn't here.")
    ('It', "isn't", 'here', '.')
    """
    return tuple(_WORD.findall(text))


@dataclass(frozen=True)
class KindPicture:
    """One kind on one sentence."""

    kind: str
    inputs: tuple[str, ...]
    """What is fed in at each position."""
    mask: NDArray[np.bool_]
    """(positions, positions): row may look at column."""
    targets: tuple[str | None, ...]
    """What is to be guessed at each position; None where there is no loss."""
    encoder_length: int
    """Positions at the front that belong to an encoder or a prefix; 0 for a decoder."""

    @property
    def loss_share(self) -> float:
        """The share of positions that teach the model something."""
        return sum(target is not None for target in self.targets) / len(self.targets)

    @property
    def visible_share(self) -> float:
        """The share of all pairs of positions that the mask leaves open."""
        return float(self.mask.mean())


def kind_picture(kind: str, words: tuple[str, ...], share: float = 0.15, seed: int = 0) -> KindPicture:
    """`words` as the model of that kind reads them in pre-training.

    Args:
        kind: one of `KINDS`.
        words: 4 to 24 tokens.
        share: of the tokens hidden (encoder) or cut out in one span (encoder-decoder); at least one.
        seed: which ones.

    Raises:
        GlassboxError: another number of tokens, no such kind, or a share outside 0..1.

    >>> picture = kind_picture("decoder", ("the", "cat", "sat", "down"))
    >>> picture.targets, picture.mask.sum(1).tolist()
    (('cat', 'sat', 'down', None), [1, 2, 3, 4])
    """
    if not FEWEST <= len(words) <= MOST:
        raise GlassboxError("attention.families.error.words", count=len(words), fewest=FEWEST, most=MOST)
    if kind not in KINDS or not 0 < share < 1:
        raise GlassboxError("attention.families.error.kind", kind=kind[:40], known=", ".join(KINDS))
    count = max(1, round(share * len(words)))
    random = np.random.default_rng(seed)
    if kind == "encoder":
        return _encoder(words, set(random.choice(len(words), count, replace=False).tolist()))
    if kind == "decoder":
        return _decoder(words)
    if kind == "prefix":
        return _prefix(words, len(words) // 2)
    start = int(random.integers(0, len(words) - count + 1))
    return _encoder_decoder(words, start, start + count)


def _encoder(words: tuple[str, ...], hidden: set[int]) -> KindPicture:
    inputs = tuple(HIDDEN if place in hidden else word for place, word in enumerate(words))
    targets = tuple(word if place in hidden else None for place, word in enumerate(words))
    return KindPicture("encoder", inputs, np.ones((len(words), len(words)), bool), targets, len(words))


def _decoder(words: tuple[str, ...]) -> KindPicture:
    return KindPicture("decoder", words, causal_mask(len(words)).numpy(), (*words[1:], None), 0)


def _prefix(words: tuple[str, ...], length: int) -> KindPicture:
    """The last token of the prefix already guesses the first of the rest; before that there is no loss."""
    mask = prefix_mask(len(words), length).numpy()
    nexts = (*words[1:], None)
    targets = tuple(target if place >= length - 1 else None for place, target in enumerate(nexts))
    return KindPicture("prefix", words, mask, targets, length)


def _encoder_decoder(words: tuple[str, ...], start: int, end: int) -> KindPicture:
    """The span is replaced by a sentinel; the decoder writes sentinel, span, closing sentinel."""
    opening, closing = SENTINELS
    source = (*words[:start], opening, *words[end:])
    written = (opening, *words[start:end], closing)
    target_inputs = ("<s>", *written[:-1])  # the decoder reads what it has written, shifted by one
    total = len(source) + len(written)
    mask = np.zeros((total, total), bool)
    mask[: len(source), : len(source)] = True
    mask[len(source) :, : len(source)] = True
    mask[len(source) :, len(source) :] = causal_mask(len(written))
    targets = (*(None,) * len(source), *written)
    return KindPicture("encoder-decoder", source + target_inputs, mask, targets, len(source))
