"""A trained model on disk: settings, vocabulary, parameters in half precision; nothing that runs.

model.json             architecture and sizes, how it was trained, what each epoch measured
vocabulary.json        a `tokenizer.json`
model.safetensors      the parameters as float16
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from core.errors import GlassboxError
from core.files import whole_folder, write_json_whole, write_text_whole
from core.json_result import result_from_json
from core.translation.build import build_model
from core.translation.model import TranslationModel
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.training import Epoch
from core.translation.vocabulary import Vocabulary

LARGEST_MODEL = 200_000_000
"""Bytes of parameters that are read from a reader's folder."""


@dataclass(frozen=True)
class TrainedModel:
    """What `model.json` says."""

    model: ModelSettings
    training: TrainingSettings
    data: str
    """Where the pairs came from, and how many there were."""
    pairs: int
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True)
class Translator:
    """A model that can be used: in evaluation mode, on the processor, with its vocabulary."""

    about: TrainedModel
    model: TranslationModel[Any]
    vocabulary: Vocabulary


def save_translator(folder: Path, translator: Translator) -> None:
    """Write the model's folder, whole or not at all.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    halves = {name: value.half().contiguous() for name, value in translator.model.state_dict().items()}
    with whole_folder(folder) as temporary:
        write_json_whole(temporary / "model.json", asdict(translator.about))
        write_text_whole(temporary / "vocabulary.json", translator.vocabulary.to_json())
        write_tensors(temporary / "model.safetensors", halves)


def load_translator(folder: Path) -> Translator:
    """Read a folder that `save_translator` wrote.

    Raises:
        GlassboxError: a file is missing, altered, or does not fit the others.
    """
    try:
        if (folder / "model.safetensors").stat().st_size > LARGEST_MODEL:
            raise GlassboxError("translation.data.error.model", folder=folder.name)
        written = json.loads((folder / "model.json").read_text("utf-8"))
        # A folder may be older than a setting: it then has the value that was the only one before.
        written["model"] = {**asdict(ModelSettings()), **written["model"]}
        about = result_from_json(TrainedModel, written, "model.json")
        vocabulary = Vocabulary.from_json((folder / "vocabulary.json").read_text("utf-8"))
        model = build_model(about.model)
        if vocabulary.size != about.model.vocabulary_size:
            raise GlassboxError("translation.data.error.model", folder=folder.name)
        model.load_state_dict(
            {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise GlassboxError("translation.data.error.model", folder=folder.name) from error
    return Translator(about, model.eval().requires_grad_(False), vocabulary)


def save_training_state(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Write parameters and optimizer states to one safetensors file at `path`."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
    write_tensors(path, tensors)


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write tensors to a safetensors file.

    Raises:
        OSError: the disk is full; safetensors' own writing would raise an error that says nothing of it.
    """
    path.write_bytes(save({name: value.detach().cpu().contiguous() for name, value in tensors.items()}))


def load_training_state(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put back what `save_training_state` wrote.

    Raises:
        GlassboxError: the file is damaged or of another model.
    """
    try:
        tensors = load_file(path)
        model.load_state_dict(
            {
                name.removeprefix("model."): value
                for name, value in tensors.items()
                if name.startswith("model.")
            }
        )
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in tensors.items():
            if name.startswith("optimizer."):
                _, number, field = name.split(".")
                states.setdefault(int(number), {})[field] = value
        optimizer.load_state_dict({"state": states, "param_groups": optimizer.state_dict()["param_groups"]})
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise GlassboxError("translation.data.error.model", folder=path.name) from error
