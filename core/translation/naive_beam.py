"""Beam search as one would first write it: a sentence at a time, no cache, every step from the start.

It is what the fast search is proved against and measured against. At each step source and beginnings
are read anew, all positions of them, though only the last one's scores are new.
"""

from collections.abc import Sequence
from typing import Any

import torch

from core.translation.beam import DEFAULT_PENALTY, DEFAULT_WIDTH, BeamResult, ranked
from core.translation.greedy import Written, longest_translation, token_log_probabilities
from core.translation.model import TranslationModel
from core.translation.vocabulary import BEGIN, END


@torch.inference_mode()
def naive_beam_search(
    model: TranslationModel[Any],
    source: Sequence[int],
    width: int = DEFAULT_WIDTH,
    penalty: float = DEFAULT_PENALTY,
) -> BeamResult:
    """Translate one sentence, given as token ids without marks; see `core.translation.beam.beam_search`."""
    read = torch.tensor([[*source, END]])
    beams: list[tuple[list[int], list[float]]] = [([BEGIN], [])]
    finished: list[Written] = []
    for _ in range(longest_translation(len(source))):
        beginnings = torch.tensor([tokens for tokens, _ in beams])
        logits = model(read.expand(len(beams), -1), beginnings)[:, -1]
        extensions = []
        for (tokens, logarithms), chances in zip(beams, token_log_probabilities(logits), strict=True):
            best = chances.topk(min(width, len(chances)))
            for chance, token in zip(best.values.tolist(), best.indices.tolist(), strict=True):
                extensions.append(([*tokens, token], [*logarithms, chance]))
        extensions.sort(key=lambda extension: -sum(extension[1]))
        chosen = extensions[: width - len(finished)]
        finished += [
            Written(tuple(tokens[1:-1]), tuple(logarithms), finished=True)
            for tokens, logarithms in chosen
            if tokens[-1] == END
        ]
        beams = [extension for extension in chosen if extension[0][-1] != END]
        if not beams:
            break
    cut_off = [Written(tuple(tokens[1:]), tuple(logarithms), finished=False) for tokens, logarithms in beams]
    return BeamResult(ranked(finished or cut_off, penalty))
