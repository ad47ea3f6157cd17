"""Encoder, bridge, decoder: what is read, what passes over, and what each source word is worth there.

The LSTM's decoder gets the encoder's last state and nothing else: as many numbers for two words as for
forty. The GRU with attention and the Transformer can look at one vector for every source token.

Sources: Sutskever, Vinyals and Le 2014, "Sequence to Sequence Learning with Neural Networks"; Bahdanau,
Cho and Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and Translate".
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from core.translation.greedy import greedy_search
from core.translation.inside.sentence import source_ids
from core.translation.model import TranslationModel
from core.translation.model_folder import Translator
from core.translation.recurrent import GruTranslator, LstmTranslator
from core.translation.transformer import Transformer
from core.translation.vocabulary import BEGIN, END, UNKNOWN


@dataclass(frozen=True)
class Stage:
    """One station between source and target."""

    name: str
    shape: tuple[int, ...]

    @property
    def numbers(self) -> int:
        """How many numbers that is."""
        return int(torch.Size(self.shape).numel())


@dataclass(frozen=True)
class Journey:
    """One sentence from its tokens to the first written one."""

    architecture: str
    source: tuple[str, ...]
    """In the order in which the encoder reads, with the end mark."""
    written: tuple[str, ...]
    translation: str
    states: Tensor
    """(n, width) what the encoder holds at each token, in that order."""
    stages: tuple[Stage, ...]
    bridge: int
    """Numbers that the decoder can look at."""
    worth: tuple[float, ...]
    """By token: nats a written token lost when this source token is replaced by the unknown one."""


@torch.inference_mode()
def journey(translator: Translator, text: str) -> Journey:
    """Follow one sentence through a model.

    Raises:
        GlassboxError: the text is empty or too long.
    """
    model, vocabulary = translator.model, translator.vocabulary
    ids = [*source_ids(translator, text), END]
    written = list(greedy_search(model, [ids[:-1]])[0].token_ids)
    states = encoder_states(model, torch.tensor([ids]))[0]
    # The LSTM reads its sentence backwards, the end mark first.
    backwards = isinstance(model, LstmTranslator)
    read = ids[::-1] if backwards else ids
    worth = word_worth(model, ids, written)
    width, size = model.settings.width, model.settings.vocabulary_size
    bridge = bridge_stages(model, torch.tensor([ids]))
    return Journey(
        architecture=model.settings.architecture,
        source=tuple(map(vocabulary.token, read)),
        written=tuple(map(vocabulary.token, [*written, END])),
        translation=vocabulary.decode(written),
        states=states,
        stages=(
            Stage("tokens", (len(ids),)),
            Stage("embedded", (len(ids), width)),
            Stage("states", tuple(states.shape)),
            *bridge,
            Stage("logits", (size,)),
        ),
        bridge=sum(stage.numbers for stage in bridge),
        worth=tuple(worth[::-1] if backwards else worth),
    )


def encoder_states(model: TranslationModel[Any], source: Tensor) -> Tensor:
    """(1, n) token ids without filling to (1, n, width): the encoder's states in the order of reading."""
    if isinstance(model, LstmTranslator):
        states: Tensor = model.encoder(model.embedding(source.flip(1)))[0]
        return states
    if isinstance(model, GruTranslator):
        return model.start(source).memory
    if isinstance(model, Transformer):
        return model.encode(source)[0]
    raise TypeError(type(model).__name__)


def bridge_stages(model: TranslationModel[Any], source: Tensor) -> tuple[Stage, ...]:
    """Everything of the source (1, n) that the decoder can look at."""
    if isinstance(model, LstmTranslator):
        hidden, cell = model.read(source)
        return Stage("hidden", tuple(hidden[:, 0].shape)), Stage("cell", tuple(cell[:, 0].shape))
    if isinstance(model, GruTranslator):
        state = model.start(source)
        return Stage("first", tuple(state.hidden[0][:, 0].shape)), Stage(
            "memory", tuple(state.memory[0].shape)
        )
    return (Stage("memory", tuple(encoder_states(model, source)[0].shape)),)


def word_worth(model: TranslationModel[Any], ids: list[int], written: list[int]) -> list[float]:
    """What replacing each source token by the unknown one costs the model's own translation.

    Args:
        ids: source token ids with the end mark.
        written: the translation's token ids, without marks.

    Returns:
        nats a written token (end mark included) above the intact sentence, one a source token.
    """
    sources = torch.tensor([ids]).repeat(len(ids) + 1, 1)
    places = torch.arange(len(ids))
    sources[places, places] = UNKNOWN
    target = torch.tensor([[BEGIN, *written, END]]).repeat(len(ids) + 1, 1)
    logits = model(sources, target[:, :-1]).float()
    losses = F.cross_entropy(logits.transpose(1, 2), target[:, 1:], reduction="none").mean(dim=1)
    return [float(loss - losses[-1]) for loss in losses[:-1]]
