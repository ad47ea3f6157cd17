"""From settings to a model with fresh parameters."""

from typing import Any

import torch

from core.translation.model import TranslationModel
from core.translation.recurrent import GruTranslator, LstmTranslator
from core.translation.settings import ModelSettings, check_settings
from core.translation.transformer import Transformer

_ARCHITECTURES: dict[str, type[TranslationModel[Any]]] = {
    "lstm": LstmTranslator,
    "gru": GruTranslator,
    "transformer": Transformer,
}


def build_model(settings: ModelSettings, seed: int = 0) -> TranslationModel[Any]:
    """An untrained model.

    Raises:
        GlassboxError: a setting is out of range, or the heads do not divide the width.
    """
    check_settings(settings)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _ARCHITECTURES[settings.architecture](settings)
