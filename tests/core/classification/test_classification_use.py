"""One text looked at closely, and a model taken along and brought back."""

import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.classification.labelled_texts import LabelledTexts
from core.classification.methods.table import METHODS
from core.classification.shipped import sample_split
from core.classification.trained_models import load_classifier
from core.classification.training import train_method
from core.classification.use.influence import MOST_STRETCHES, influences, without
from core.classification.use.looked_at import looked_at
from core.classification.use.model_zip import brought_models, unpacked_model, zipped_model
from core.classification.use.similar_rows import similar_rows
from core.classification.use.words import grouped, word_spans
from core.errors import GlassboxError


class WordCounter:
    """A classifier whose every probability is known: each `good` adds a quarter to the class `up`."""

    method, classes = "counter", ("down", "up")

    def probabilities(self, texts):
        up = np.array([min(1.0, 0.25 * text.split().count("good")) for text in texts])
        return np.stack([1 - up, up], axis=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    method, folder = METHODS["tfidf"], tmp_path_factory.mktemp("model") / "tfidf"
    train_method(sample_split("en"), method, method.settings(), folder, lambda told: None)
    return folder


def words_of(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


def test_words_are_found_with_and_without_spaces():
    assert words_of("I can't log-in, e-mail: 42!") == ["I", "can't", "log-in", "e-mail", "42"]
    assert "".join(words_of("我的订单到哪里了？")) == "我的订单到哪里了"
    assert len(words_of("我的订单到哪里了？")) > 2
    assert words_of("iPhone手机坏了")[0] == "iPhone"
    assert words_of("🙂 ... !") == []


def test_stretches_cover_every_word_once():
    spans = tuple((2 * number, 2 * number + 1) for number in range(131))
    stretches = grouped(spans, 60)
    assert len(stretches) <= 60
    assert stretches[0][0] == 0
    assert stretches[-1][1] == spans[-1][1]
    assert all(one[1] < other[0] for one, other in pairwise(stretches))


def test_the_influence_of_a_word_is_what_its_absence_costs():
    found = influences(WordCounter(), "good soup and good bread", "up")
    assert found.probability == 0.5
    assert [round(word.influence, 6) for word in found.words] == [0.25, 0, 0, 0.25, 0]
    assert influences(WordCounter(), "good soup").name == "down"


def test_a_text_below_the_threshold_is_out_of_scope():
    found = looked_at(WordCounter(), "good good bread", threshold=0.6)
    assert found.ranked == (("down", 0.5), ("up", 0.5))
    assert not found.in_scope
    assert looked_at(WordCounter(), "bread", threshold=0.6).in_scope
    with pytest.raises(GlassboxError):
        looked_at(WordCounter(), " ", threshold=0.6)


def test_a_long_text_is_taken_apart_in_stretches():
    found = influences(WordCounter(), " ".join(["bread"] * 500))
    assert len(found.words) <= MOST_STRETCHES
    assert found.words_together == 9


def test_leaving_out_leaves_no_double_space():
    assert without("a b c", 2, 3) == "a c"
    assert without("你好吗", 1, 2) == "你吗"


@pytest.mark.parametrize("text", ["", "   ", "!!!", "🙂"])
def test_a_text_without_words_is_refused(text: str):
    with pytest.raises(GlassboxError) as refused:
        influences(WordCounter(), text)
    assert refused.value.key == "classification.use.error.no_words"


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(GlassboxError) as refused:
        influences(WordCounter(), "good", "sideways")
    assert refused.value.key == "classification.use.error.class"


def test_the_most_similar_row_of_a_row_is_itself():
    training = LabelledTexts(
        ("Where is my parcel?", "I want my money back", "The lamp is broken"), ("a", "b", "c"), (4, 8, 9)
    )
    found = similar_rows("I want my money back", training, count=2)
    assert found.embedder == "minilm-l6"
    assert (found.rows[0].row, found.rows[0].label) == (8, "b")
    assert found.rows[0].similarity == pytest.approx(1, abs=1e-5)
    assert found.rows[1].similarity < 0.9


def test_a_model_taken_along_says_the_same_when_it_is_back(trained: Path, tmp_path: Path):
    packed = zipped_model(trained)
    folder = unpacked_model(tmp_path, packed)
    texts = ["where is my order", "请退款"]
    before = load_classifier(trained).probabilities(texts)
    assert np.array_equal(load_classifier(folder).probabilities(texts), before)
    assert brought_models(tmp_path) == [folder]
    assert unpacked_model(tmp_path, packed) == folder


def test_the_readers_test_rows_stay_behind(trained: Path):
    names = zipfile.ZipFile(io.BytesIO(zipped_model(trained))).namelist()
    assert (trained / "test.json").is_file()
    assert {"model.json", "training.json", "README.md"} < set(names)
    assert not {"test.json", "validation.json", "test.safetensors"} & set(names)


def altered(packed: bytes, **changes: bytes) -> bytes:
    """The zip with some files replaced or added."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        files = {name: old.read(name) for name in old.namelist()} | changes
        for name, part in files.items():
            new.writestr(name, part)
    return content.getvalue()


def test_strange_zips_are_refused_with_a_sentence(trained: Path, tmp_path: Path):
    packed = zipped_model(trained)
    bomb = altered(packed, **{"vocabulary.json": b" " * 120_000_000})
    changed = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("model.json")) | {"method": "majority"}
    strange = {
        "zip": [
            b"",
            b"no zip",
            packed[:-40],
            altered(packed, **{"../../x.json": b"{}"}),
            altered(packed, **{"run.py": b"1"}),
            altered(packed, **{"model.json": json.dumps(changed).encode()}),
        ],
        "zip_large": [bomb],
    }
    for key, contents in strange.items():
        for content in contents:
            with pytest.raises(GlassboxError) as refused:
                unpacked_model(tmp_path, content)
            assert refused.value.key.endswith(f".{key}"), (key, content[:20])
    assert brought_models(tmp_path) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
