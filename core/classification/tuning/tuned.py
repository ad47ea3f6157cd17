"""A tuned classifier: what it says, and its folder, which holds only what tuning changed.

The table of token vectors, half of MiniLM, is not tuned: it is taken from the shelf again, whose hash the
folder names. LoRA's matrices are kept as they are, under a megabyte, and added to the weights when loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax

from core.classification.model_folder import ModelParts, read_model, write_model
from core.classification.tuning.encoder import BASE, own_encoder, token_ids
from core.classification.tuning.epochs import Epoch, best_of
from core.classification.tuning.network import TextClassifier, computed
from core.errors import GlassboxError
from core.shelf.catalogue import entry

Prepare = Callable[[TextClassifier, Mapping[str, Any]], None]
"""Gives a fresh network the places where the folder's tensors belong, from the folder's values."""
Finish = Callable[[TextClassifier], None]
"""Makes of it what is used."""


@dataclass(frozen=True)
class TunedClassifier:
    """A network in evaluation mode with the names of its classes."""

    method: str
    classes: tuple[str, ...]
    network: TextClassifier
    longest: int
    """Tokens of a text that are read."""
    tensors: Mapping[str, np.ndarray]
    """What tuning changed, by name."""
    parameters_trained: int
    epochs: tuple[Epoch, ...]
    about: Mapping[str, Any]
    """The method's own values, such as the rank of LoRA."""

    @property
    def best_epoch(self) -> int:
        """The one whose parameters these are; 0 is before tuning."""
        return best_of(self.epochs).number

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, classes) float64; rows sum to 1."""
        if not texts:
            return np.empty((0, len(self.classes)))
        logits = computed(self.network, token_ids(texts, self.longest)).astype(np.float64)
        found: np.ndarray = softmax(logits, axis=1)
        return found

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, width) float32 unit vectors of the tuned encoder."""
        return computed(self.network, token_ids(texts, self.longest), vectors=True)

    def save(self, folder: Path) -> None:
        """Write what tuning changed.

        Raises:
            GlassboxError: the disk is full or read-only.
        """
        values = {
            "base": BASE,
            "base_sha256": entry(BASE).sha256,
            "longest": self.longest,
            "parameters_trained": self.parameters_trained,
            "epochs": [asdict(epoch) for epoch in self.epochs],
            "about": dict(self.about),
        }
        write_model(folder, ModelParts(self.method, self.classes, values, self.tensors))


def finished(network: TextClassifier) -> TextClassifier:
    """The network for use: on the processor, in evaluation mode, no gradients."""
    return network.to("cpu").eval().requires_grad_(False)


def changed_tensors(network: TextClassifier, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Copies of the parameters that tuning changed, by their names."""
    parameters = dict(network.named_parameters())
    return {name: parameters[name].detach().cpu().numpy().copy() for name in names}


def read_tuned(
    folder: Path, method: str, prepare: Prepare | None = None, finish: Finish | None = None
) -> TunedClassifier:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered, is incomplete or comes from another version.
    """
    parts = read_model(folder, method)
    values = parts.values
    if values.get("base") != BASE or values.get("base_sha256") != entry(BASE).sha256:
        raise GlassboxError("classification.train.error.version", folder=folder.name)
    network = TextClassifier(own_encoder(), len(parts.classes))
    try:
        about = dict(values["about"])
        epochs = tuple(Epoch(**epoch) for epoch in values["epochs"])
        longest, trained = int(values["longest"]), int(values["parameters_trained"])
        if prepare is not None:
            prepare(network, about)
        places = dict(network.named_parameters())
        with torch.no_grad():
            for name, value in parts.tensors.items():
                if places[name].shape != value.shape:
                    raise ValueError(name)
                places[name].copy_(torch.from_numpy(value))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise GlassboxError("classification.train.error.altered", folder=folder.name) from error
    if finish is not None:
        finish(network)
    return TunedClassifier(
        method, parts.classes, finished(network), longest, parts.tensors, trained, epochs, about
    )
