"""Teacher forcing against free running: the same sentence, the same model, another beginning to read.

At each place the model scores the next token given the beginning of the translation. What differs is
whose beginning:

    forced   the reference's        loss_t = -log p(y_t | x, y_1 .. y_{t-1})
    free     its own                loss_t = -log p(y_t | x, w_1 .. w_{t-1}),  w_t the likeliest token
    slip     the reference's with one token of its own, the first in which the two differ

Training only ever shows it the first. Up to the first difference all three are the same computation.
After it, the loss of the free run mixes two things: the model is worse after its own mistake (exposure
bias), and the reference's next token need not be right any more after other words ("one man" for "a
man"). The slip keeps the rest of the reference and so holds only the first of these.

Sources: Williams and Zipser 1989, "A Learning Algorithm for Continually Running Fully Recurrent Neural
Networks" (teacher forcing); Ranzato et al. 2016, "Sequence Level Training with Recurrent Neural
Networks", section 1 (exposure bias); He et al. 2021, "Exposure Bias versus Self-Recovery" (how much of
it there is).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from core.errors import GlassboxError
from core.translation.batches import padded
from core.translation.greedy import token_log_probabilities
from core.translation.model import TranslationModel
from core.translation.model_folder import Translator
from core.translation.pairs import clean
from core.translation.vocabulary import BEGIN, END

Way = Literal["forced", "free", "slip"]
WAYS: tuple[Way, ...] = ("forced", "free", "slip")
MOST_TOKENS = 100
"""Of either side of a pair: the models learned from captions of 10 to 20."""


@dataclass(frozen=True)
class Trace:
    """One decoding of one sentence against its reference, a value for each place until it ends."""

    given: tuple[int, ...]
    """The token that the model read last."""
    wrote: tuple[int, ...]
    """The likeliest token."""
    wrote_logarithm: tuple[float, ...]
    """Its log-probability, in nats."""
    right: tuple[int, ...]
    """The reference's token at this place; at the last the end mark."""
    right_logarithm: tuple[float, ...]

    @property
    def parting(self) -> int | None:
        """The first place where the likeliest token is not the reference's; None where there is none."""
        return next(
            (
                place
                for place, (own, right) in enumerate(zip(self.wrote, self.right, strict=True))
                if own != right
            ),
            None,
        )


@torch.inference_mode()
def decode_along(
    model: TranslationModel[Any],
    sources: Sequence[Sequence[int]],
    references: Sequence[Sequence[int]],
    way: Way,
) -> list[Trace]:
    """Score each reference place by place, the model reading a beginning of this kind.

    Args:
        sources, references: token ids of each pair, without marks.
        way: whose beginning it reads; a free run ends where the model ends its sentence.
    """
    right = padded([[*ids, END] for ids in references])
    state = model.start(padded([[*ids, END] for ids in sources]))
    newest = torch.full((len(sources),), BEGIN)
    slipped = torch.zeros(len(sources), dtype=torch.bool)
    given, wrote, wrote_logarithm, right_logarithm = [], [], [], []
    for place in range(right.shape[1]):
        logarithms = token_log_probabilities(model.step(newest, state).logits)
        best = logarithms.max(dim=-1)
        given.append(newest)
        wrote.append(best.indices)
        wrote_logarithm.append(best.values)
        right_logarithm.append(logarithms.gather(1, right[:, place, None])[:, 0])
        parted = (best.indices != right[:, place]) & ~slipped
        slipped |= parted
        own = way == "free" or (way == "slip" and parted)
        newest = torch.where(torch.as_tensor(own), best.indices, right[:, place])
    columns = [torch.stack(part, dim=1).tolist() for part in (given, wrote, wrote_logarithm, right_logarithm)]
    traces = []
    for row, reference in enumerate(references):
        length = len(reference) + 1
        if way == "free" and END in columns[1][row][:length]:
            length = columns[1][row].index(END) + 1
        first, second, third, fourth = (tuple(column[row][:length]) for column in columns)
        traces.append(Trace(first, second, third, tuple((*reference, END)[:length]), fourth))
    return traces


@dataclass(frozen=True)
class Compared:
    """One sentence decoded in the three ways, in the vocabulary's spelling."""

    source: tuple[str, ...]
    reference: tuple[str, ...]
    """With its end mark."""
    traces: dict[Way, Trace]
    spelled: dict[Way, tuple[tuple[str, ...], tuple[str, ...]]]
    """What was given and what was written, spelled."""
    translation: str
    """What the free run wrote within the reference's length."""

    @property
    def parting(self) -> int | None:
        """The first place where the model would not write the reference's token."""
        return self.traces["forced"].parting

    def probabilities(self, way: Way) -> tuple[float, ...]:
        """Of the right token at each place."""
        return tuple(float(torch.tensor(value).exp()) for value in self.traces[way].right_logarithm)


def compare_sentence(translator: Translator, source: str, reference: str) -> Compared:
    """Decode one sentence in the three ways.

    Raises:
        GlassboxError: a side is empty or has more than `MOST_TOKENS` tokens.
    """
    ids, right = (_tokens(translator, text) for text in (source, reference))
    vocabulary = translator.vocabulary

    def spell(numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(map(vocabulary.token, numbers))

    traces = {way: decode_along(translator.model, [ids], [right], way)[0] for way in WAYS}
    return Compared(
        spell([*ids, END]),
        spell([*right, END]),
        traces,
        {way: (spell(trace.given), spell(trace.wrote)) for way, trace in traces.items()},
        vocabulary.decode(traces["free"].wrote),
    )


def _tokens(translator: Translator, text: str) -> list[int]:
    """Token ids of one cleaned line.

    Raises:
        GlassboxError: there are none, or too many.
    """
    if not clean(text):
        raise GlassboxError("translation.forcing.error.empty")
    ids = translator.vocabulary.encode([clean(text[: 100 * MOST_TOKENS])])[0]
    if len(ids) > MOST_TOKENS:
        raise GlassboxError("translation.forcing.error.long", tokens=len(ids), most=MOST_TOKENS)
    return ids
