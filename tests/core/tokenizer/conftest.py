"""Public texts for the tokenizer's tests, Multi30k and XQuAD; skipped with one line where missing."""

import gzip
import json
import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="session")
def public_data() -> Path:
    folder = Path(os.environ.get("GLASSBOX_DATA") or PROJECT.parent / "shared" / "data")
    if not (folder / "multi30k").is_dir() or not (folder / "xquad").is_dir():
        pytest.skip(f"no Multi30k and XQuAD in {folder}; set GLASSBOX_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def multi30k_train(public_data: Path) -> list[str]:
    """58,000 lines: English, then German."""
    return [
        line
        for language in ("en", "de")
        for line in gzip.decompress((public_data / "multi30k" / f"train.{language}.gz").read_bytes())
        .decode()
        .splitlines()
    ]


@pytest.fixture(scope="session")
def multi30k_val(public_data: Path) -> list[str]:
    return [
        line
        for language in ("en", "de")
        for line in gzip.decompress((public_data / "multi30k" / f"val.{language}.gz").read_bytes())
        .decode()
        .splitlines()
    ]


@pytest.fixture(scope="session")
def xquad(public_data: Path) -> list[str]:
    """The paragraphs, English, then Chinese."""
    return [
        paragraph["context"]
        for language in ("en", "zh")
        for article in json.loads(
            (public_data / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8")
        )["data"]
        for paragraph in article["paragraphs"]
    ]
