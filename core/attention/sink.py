"""The attention sink, measured: why most heads look at the first token, which has nothing to say.

Softmax must hand out its whole 1, also where a head finds nothing. A token whose values are short is
a place to put it: a large weight times a short vector adds little. The weight on the first token,
the length of its values, and the share of what is carried that comes from it, show this layer by layer;
moving the first word elsewhere shows that the place, not the word, attracts the attention.

Sources: Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks", section 3.1;
Kobayashi et al. 2020, "Attention is Not Only a Weight", section 3 (weights times lengths of values).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention.reading import Reading, read_pieces
from core.errors import GlassboxError


@dataclass(frozen=True)
class Sink:
    """The first token by layer; tensors are (layers,), averaged over heads and over the tokens that look."""

    share: Tensor
    """Attention that falls on the first token."""
    carried: Tensor
    """Of the lengths that are added up, |w v|, the share that comes from the first token."""
    value_length: Tensor
    """|v| of the first token, relative to the average of the others."""
    state_length: Tensor
    """Length of its residual vector in front of the layer, relative to the average of the others."""
    word_moved: float
    """Attention on the first word, all layers, once it stands at the end of the first half instead."""
    newcomer: float
    """Attention on the word that then stands first."""
    first_word: str
    new_first_word: str

    @property
    def average_share(self) -> float:
        """Attention on the first token over all layers."""
        return self.share.mean().item()


@torch.inference_mode()
def measure_sink(reading: Reading) -> Sink:
    """What the first token gets and what it gives.

    Raises:
        GlassboxError: the text has fewer than four tokens.
    """
    if reading.length < 4:
        raise GlassboxError("attention.see.error.sink_short")
    model, rows = reading.model, slice(2, None)
    carried, lengths = [], []
    for index in range(model.layer_count):
        values = reading.layer(index).values.norm(dim=-1)
        values = values.repeat_interleave(model.head_count // model.key_value_heads, 0)
        moved = reading.weights[index, :, rows] * values[:, None]
        carried.append((moved[..., 0] / moved.sum(-1)).mean())
        lengths.append((values[:, 0] / values[:, 1:].mean(-1)).mean())
    states = reading.hidden[:-1].norm(dim=-1)
    word_moved, newcomer, new_first = _moved_word(reading)
    return Sink(
        share=reading.weights[:, :, rows, 0].mean((1, 2)),
        carried=torch.stack(carried),
        value_length=torch.stack(lengths),
        state_length=states[:, 0] / states[:, 1:].mean(-1),
        word_moved=word_moved,
        newcomer=newcomer,
        first_word=reading.tokens[0],
        new_first_word=new_first,
    )


def _moved_word(reading: Reading) -> tuple[float, float, str]:
    """The first token put into the middle: attention on it there, on the new first token, and that one."""
    middle = reading.length // 2
    ids = torch.cat((reading.ids[1 : middle + 1], reading.ids[:1], reading.ids[middle + 1 :]))
    moved = read_pieces(reading.model, reading.model.spell(ids))
    rows = moved.weights[:, :, middle + 1 :] if middle + 1 < reading.length else moved.weights[:, :, middle:]
    return rows[..., middle].mean().item(), rows[..., 0].mean().item(), moved.tokens[0]
