"""The models that the Transformer replaced: an LSTM without attention, and a GRU with it.

The LSTM's encoder hands its last state to the decoder: the whole sentence has to fit into it. It reads
the sentence backwards, so that the words with which the translation begins are read last. The GRU's
decoder looks back at every source position, weighing them by how well they suit its state s:

    score(s, h_j) = v . tanh(W s + U h_j),   weights = softmax(scores),   context = sum_j weights_j h_j

and chooses the next token from state and context together. Simplified: dropout stands at the
embeddings and before the output only; the papers differ among themselves.

Sources: Sutskever, Vinyals and Le 2014, "Sequence to Sequence Learning with Neural Networks" (section
3.3: the reversed source); Cho et al. 2014 (GRU); Bahdanau, Cho and Bengio 2015, "Neural Machine
Translation by Jointly Learning to Align and Translate", section 3 and appendix A.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.translation.dropout import ByteDropout
from core.translation.model import DecoderState, Step, TranslationModel
from core.translation.settings import ModelSettings
from core.translation.vocabulary import PAD


@dataclass
class RecurrentState(DecoderState):
    """The decoder's hidden states; for the model with attention also the source (else of length 0)."""

    hidden: tuple[Tensor, ...]
    """Each (layers, rows, width)."""
    memory: Tensor
    """(rows, n, width) encoder states."""
    keys: Tensor
    """(rows, n, width), `memory` as the score sees it."""
    mask: Tensor
    """(rows, n), True at real tokens."""

    def select(self, rows: Tensor) -> "RecurrentState":
        """The state of the rows of these numbers."""
        hidden = tuple(part[:, rows] for part in self.hidden)
        return RecurrentState(hidden, self.memory[rows], self.keys[rows], self.mask[rows])


def _packed(model: nn.Module, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
    """Run a recurrent layer over sentences of different lengths, no filling read."""
    packed = nn.utils.rnn.pack_padded_sequence(
        embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
    )
    states, last = model(packed)
    return nn.utils.rnn.pad_packed_sequence(states, batch_first=True)[0], last


def reversed_rows(ids: Tensor, lengths: Tensor) -> Tensor:
    """(batch, n) token ids, each row's real tokens in reverse; filling stays at the end.

    >>> reversed_rows(torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([3, 2])).tolist()
    [[7, 6, 5], [9, 8, 0]]
    """
    places = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
    backwards = lengths[:, None] - 1 - places
    return ids.gather(1, torch.where(backwards >= 0, backwards, places))


class LstmTranslator(TranslationModel[RecurrentState]):
    """Encoder and decoder LSTM; the only bridge between them is the last state."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        width, layers = settings.width, settings.layers
        self.dropout = ByteDropout(settings.dropout)
        between = settings.dropout if layers > 1 else 0.0
        self.encoder = nn.LSTM(width, width, layers, batch_first=True, dropout=between)
        self.decoder = nn.LSTM(width, width, layers, batch_first=True, dropout=between)
        nn.init.normal_(self.embedding.weight, std=0.1)

    def hidden(self, source: Tensor, target: Tensor) -> Tensor:
        """See `TranslationModel.hidden`."""
        states, _ = self.decoder(self.dropout(self.embedding(target)), self.read(source))
        return self.dropout(states)

    def read(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """All that passes from encoder to decoder: the last states, two of (layers, batch, width)."""
        lengths = (source != PAD).sum(1)
        embedded = self.dropout(self.embedding(reversed_rows(source, lengths)))
        last: tuple[Tensor, Tensor] = _packed(self.encoder, embedded, lengths)[1]
        return last

    @torch.inference_mode()
    def start(self, source: Tensor) -> RecurrentState:
        """See `TranslationModel.start`; of the source nothing but the last state is kept."""
        nothing = torch.zeros(len(source), 0, self.settings.width, device=source.device)
        return RecurrentState(self.read(source), nothing, nothing, source[:, :0] != PAD)

    @torch.inference_mode()
    def step(self, tokens: Tensor, state: RecurrentState, with_alignment: bool = False) -> Step:
        """See `TranslationModel.step`; there is no attention to show."""
        states, state.hidden = self.decoder(self.embedding(tokens[:, None]), state.hidden)
        return Step(self.scores(states[:, 0]), None)


class GruTranslator(TranslationModel[RecurrentState]):
    """A bidirectional GRU reads; a GRU with additive attention writes."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        width = settings.width
        self.dropout = ByteDropout(settings.dropout)
        self.encoder = nn.GRU(width, width // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(width, width)
        self.decoder = nn.GRUCell(2 * width, width)
        self.score_state = nn.Linear(width, width)
        self.score_source = nn.Linear(width, width, bias=False)
        self.score = nn.Linear(width, 1, bias=False)
        self.combine = nn.Linear(3 * width, width)
        nn.init.normal_(self.embedding.weight, std=0.1)

    def hidden(self, source: Tensor, target: Tensor) -> Tensor:
        """See `TranslationModel.hidden`; position by position, for each needs the state before it."""
        state = self._read(source)
        embedded = self.dropout(self.embedding(target))
        written = [self._advance(embedded[:, place], state)[0] for place in range(target.shape[1])]
        return self.dropout(torch.stack(written, dim=1))

    def _read(self, source: Tensor) -> RecurrentState:
        mask = source != PAD
        memory, last = _packed(self.encoder, self.dropout(self.embedding(source)), mask.sum(1))
        first = torch.tanh(self.bridge(last.transpose(0, 1).flatten(1)))
        return RecurrentState((first[None],), memory, self.score_source(memory), mask)

    def _advance(self, embedded: Tensor, state: RecurrentState) -> tuple[Tensor, Tensor]:
        """One position: the combined vector (rows, width) and the attention weights (rows, n)."""
        previous = state.hidden[0][0]
        scores = self.score(torch.tanh(self.score_state(previous)[:, None] + state.keys))[..., 0]
        weights = torch.softmax(scores.masked_fill(~state.mask, -math.inf), dim=-1)
        context = (weights[:, None] @ state.memory)[:, 0]
        hidden = self.decoder(torch.cat([embedded, context], dim=-1), previous)
        state.hidden = (hidden[None],)
        return torch.tanh(self.combine(torch.cat([hidden, context, embedded], dim=-1))), weights

    @torch.inference_mode()
    def start(self, source: Tensor) -> RecurrentState:
        """See `TranslationModel.start`."""
        return self._read(source)

    @torch.inference_mode()
    def step(self, tokens: Tensor, state: RecurrentState, with_alignment: bool = False) -> Step:
        """See `TranslationModel.step`."""
        combined, weights = self._advance(self.embedding(tokens), state)
        return Step(self.scores(combined), weights[None, :, None] if with_alignment else None)
