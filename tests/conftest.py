"""Fixtures that many tests share: a home of their own, a tiny model, and the shelf's real model once."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["OMP_NUM_THREADS"] = "1"  # the tests already run on every core

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def models_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that all workers of one test run share, so that the weights are converted once.

    Models that `make run` has already converted are copied; their hashes are checked like any other.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "glassbox-home"
    shared.mkdir(exist_ok=True)
    converted = PROJECT / ".glassbox" / "models"
    if converted.is_dir() and not os.environ.get("PYTEST_XDIST_WORKER"):
        shutil.copytree(converted, shared / "models", dirs_exist_ok=True)
    return shared


@pytest.fixture(scope="session", autouse=True)
def glassbox_home(models_home: Path) -> Iterator[Path]:
    """GLASSBOX_HOME for the whole run; a test that writes sets a home of its own under `tmp_path`."""
    before = os.environ.get("GLASSBOX_HOME")
    os.environ["GLASSBOX_HOME"] = str(models_home)
    yield models_home
    if before is None:
        os.environ.pop("GLASSBOX_HOME", None)
    else:
        os.environ["GLASSBOX_HOME"] = before


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of the test's own."""
    home = tmp_path / "home"
    monkeypatch.setenv("GLASSBOX_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def tiny_module():
    """A random LLaMA of two layers with grouped queries, as transformers builds it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=128,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="session")
def tiny_tokenizer():
    """One token for each ASCII character, so that ids and text read the same."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({chr(i): i for i in range(128)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("(?m:.)"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


@pytest.fixture(scope="session")
def tiny_language_model(tiny_module, tiny_tokenizer):
    """The tiny model, opened."""
    from core.engines.language_model import LanguageModel

    return LanguageModel("tiny", tiny_module, tiny_tokenizer)


@pytest.fixture(scope="session")
def smollm2(glassbox_home: Path):
    """The shelf's real language model, loaded once a session."""
    from core.shelf.load import load_language_model

    return load_language_model("smollm2-135m")
