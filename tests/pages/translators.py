"""Tiny translators in the place of the shipped ones, so that page tests are quick and need no weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

SIZES = {"lstm": 1, "gru": 1, "transformer": 3}
"""Layers of each."""


@pytest.fixture(scope="module")
def tiny_translators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three untrained models in a folder that stands in for the shipped ones."""
    from core.translation import shipped
    from core.translation.build import build_model
    from core.translation.captions import captions
    from core.translation.model_folder import TrainedModel, Translator, save_translator
    from core.translation.settings import ModelSettings, TrainingSettings
    from core.translation.vocabulary import learn_vocabulary

    folder = tmp_path_factory.mktemp("translators")
    vocabulary = learn_vocabulary([*captions().source, *captions().target], 300)
    for name, layers in SIZES.items():
        settings = ModelSettings(name, vocabulary.size, 16, layers, 2, 16)
        about = TrainedModel(settings, TrainingSettings(), "none", 1, ())
        save_translator(folder / name, Translator(about, build_model(settings).eval(), vocabulary))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "FOLDER", folder)
        patch.setattr(shipped, "_loaded", {})
        st.cache_resource.clear()
        yield folder
    st.cache_resource.clear()
