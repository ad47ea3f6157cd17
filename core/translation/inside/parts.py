"""The parts of the Transformer at work on one sentence: shapes, sizes, and what each adds."""

from dataclasses import dataclass

import torch

from core.translation.greedy import greedy_search, token_log_probabilities
from core.translation.inside.opened_pass import OpenedPass, PartRecord, open_transformer
from core.translation.inside.removal import Removal
from core.translation.inside.sentence import source_ids
from core.translation.model import parameter_count
from core.translation.model_folder import Translator
from core.translation.vocabulary import BEGIN, END


@dataclass(frozen=True)
class Anatomy:
    """One sentence through all parts, the decoder reading the translation that the model itself wrote."""

    source: tuple[str, ...]
    """Tokens with the end mark."""
    written: tuple[str, ...]
    translation: str
    records: tuple[PartRecord, ...]
    parameters: int
    embedding: int
    """Numbers in the one embedding matrix, which is also the output layer."""
    removed: frozenset[Removal]
    changed: str
    """What the model writes with the chosen parts taken away."""
    changed_loss: float
    """Nats a token for the intact model's translation, with those parts taken away."""
    loss: float
    """The same intact."""


@torch.inference_mode()
def anatomy(translator: Translator, text: str, removed: frozenset[Removal] = frozenset()) -> Anatomy:
    """Send one sentence through the Transformer, whole and without the parts in `removed`.

    Raises:
        GlassboxError: the text is empty or too long, or the model is not a Transformer.
    """
    model, vocabulary = open_transformer(translator.model), translator.vocabulary
    ids = source_ids(translator, text)
    written = list(greedy_search(model, [ids])[0].token_ids)
    source, target = torch.tensor([[*ids, END]]), torch.tensor([[BEGIN, *written, END]])
    intact = OpenedPass(model, keep=True)
    loss = _loss(intact, source, target)
    return Anatomy(
        source=tuple(map(vocabulary.token, [*ids, END])),
        written=tuple(map(vocabulary.token, [*written, END])),
        translation=vocabulary.decode(written),
        records=tuple(intact.records),
        parameters=parameter_count(model),
        embedding=model.embedding.weight.numel(),
        removed=removed,
        changed=vocabulary.decode(write_without(OpenedPass(model, removed), source, len(written) + 10)),
        changed_loss=_loss(OpenedPass(model, removed), source, target),
        loss=loss,
    )


def _loss(opened: OpenedPass, source: torch.Tensor, target: torch.Tensor) -> float:
    logits = opened.logits(source, target[:, :-1])
    return float(torch.nn.functional.cross_entropy(logits[0].float(), target[0, 1:]))


def write_without(opened: OpenedPass, source: torch.Tensor, most: int) -> list[int]:
    """Greedy search with parts taken away: without a cache, at most `most` tokens."""
    memory, mask = opened.encode(source)
    written = [BEGIN]
    while len(written) <= most:
        hidden = opened.decode(torch.tensor([written]), memory, mask)
        written.append(int(token_log_probabilities(opened.model.scores(hidden[0, -1])).argmax()))
        if written[-1] == END:
            return written[1:-1]
    return written[1:]
