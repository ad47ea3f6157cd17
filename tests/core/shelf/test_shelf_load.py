import shutil
import threading
from pathlib import Path

import pytest
import torch

from core.errors import GlassboxError
from core.shelf import load, stand_in
from core.shelf.load import load_encoder, load_language_model


@pytest.fixture
def own_model(tmp_path: Path, tiny_module, tiny_tokenizer) -> Path:
    """A folder with a complete small model."""
    folder = tmp_path / "mine"
    tiny_module.save_pretrained(folder)
    tiny_tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_a_local_folder_stands_in_where_allowed(own_model, tiny_language_model, monkeypatch):
    monkeypatch.setenv("GLASSBOX_ALLOW_LOCAL", "1")
    model = load_language_model(str(own_model))
    ids = torch.tensor([[72, 101, 108]])
    expected = tiny_language_model.next_logits(ids, tiny_language_model.new_cache(1, 8))
    torch.testing.assert_close(model.next_logits(ids, model.new_cache(1, 8)), expected)


def test_a_local_folder_is_refused_unless_allowed(own_model):
    with pytest.raises(GlassboxError, match=r"switched off here.*GLASSBOX_ALLOW_LOCAL=1"):
        load_language_model(str(own_model))


@pytest.mark.parametrize("lacking", ["config.json", "tokenizer.json", "model.safetensors"])
def test_an_incomplete_folder_is_refused_and_pickles_do_not_count(own_model, monkeypatch, lacking):
    monkeypatch.setenv("GLASSBOX_ALLOW_LOCAL", "1")
    (own_model / lacking).unlink()
    (own_model / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(GlassboxError, match=f"lacks {lacking}"):
        load_language_model(str(own_model))


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "/nul\0here"])
def test_a_folder_that_is_not_there_is_refused(monkeypatch, name):
    monkeypatch.setenv("GLASSBOX_ALLOW_LOCAL", "1")
    with pytest.raises(GlassboxError, match="There is no folder"):
        load_language_model(name)


def test_weights_and_code_that_do_not_fit_are_refused(own_model, monkeypatch):
    monkeypatch.setenv("GLASSBOX_ALLOW_LOCAL", "1")
    (own_model / "model.safetensors").write_bytes(b"not safetensors")
    with pytest.raises(GlassboxError, match="cannot be read"):
        load_language_model(str(own_model))
    (own_model / "config.json").write_text(
        '{"model_type": "gpt2", "auto_map": {"AutoConfig": "evil.Config"}}'
    )
    with pytest.raises(GlassboxError, match=r"“gpt2”|cannot be read"):
        load_language_model(str(own_model))


def test_the_hub_is_refused_unless_allowed_and_without_a_network(monkeypatch, tmp_path):
    with pytest.raises(GlassboxError, match=r"GLASSBOX_ALLOW_HUB=1"):
        load_language_model("somebody/some-model")
    monkeypatch.setenv("GLASSBOX_ALLOW_HUB", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(GlassboxError, match=r"could not be fetched.*network"):
        load_language_model("somebody/some-model")


@pytest.mark.parametrize("name", ["", "gpt-9", "a/b/c", "owner/../x", "owner/mo del", "\ud800"])
def test_other_names_are_unknown(monkeypatch, name):
    monkeypatch.setenv("GLASSBOX_ALLOW_HUB", "1")
    with pytest.raises(GlassboxError, match="There is no model"):
        load_language_model(name)


def test_the_hub_is_asked_for_safetensors_only():
    assert not any(pattern.endswith((".bin", ".py", ".pt", "*")) for pattern in stand_in.WANTED_FROM_HUB)


def test_a_model_of_the_wrong_kind_is_refused():
    with pytest.raises(GlassboxError, match=r"cannot do this; choose one of: smollm2-135m"):
        load_language_model("minilm-l6")
    with pytest.raises(GlassboxError, match=r"choose one of: minilm-l6"):
        load_encoder("smollm2-135m")


def test_threads_share_one_load_and_the_oldest_of_many_is_let_go(monkeypatch):
    monkeypatch.setattr(load, "_kept", type(load._kept)())
    reads: list[str] = []
    start = threading.Barrier(5)
    models: list[object] = []

    def ask() -> None:
        start.wait()
        models.append(load._once(("kind", "a"), lambda: reads.append("a") or object()))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == ["a"]
    assert len({id(model) for model in models}) == 1
    for name in "bcd":
        load._once(("kind", name), object)
    assert [key[1] for key in load._kept] == ["b", "c", "d"]


def test_a_failed_load_is_tried_again(monkeypatch):
    monkeypatch.setattr(load, "_kept", type(load._kept)())

    def fail() -> object:
        raise GlassboxError("shelf.status.ready")

    with pytest.raises(GlassboxError):
        load._once(("kind", "a"), fail)
    assert load._once(("kind", "a"), lambda: 7) == 7


def test_the_encoder_is_shared_read_only_and_neither_cuts_nor_pads():
    module, tokenizer = load_encoder()
    assert load_encoder()[0] is module
    assert not module.training
    assert not any(parameter.requires_grad for parameter in module.parameters())
    assert len(tokenizer.encode("word " * 300).ids) == 302
    assert tokenizer.encode("Hello world").tokens == ["[CLS]", "hello", "world", "[SEP]"]


@pytest.mark.real_model
def test_the_real_model_answers_and_knows_its_end_and_its_chat_template(smollm2):
    assert (smollm2.vocabulary_size, smollm2.layer_count, smollm2.end_ids) == (49_152, 30, (2,))
    assert smollm2.encode("<|im_end|>") == [2]
    assert "<|im_start|>" in smollm2.chat_template
    ids = torch.tensor([smollm2.encode("The capital of France is")])
    best = smollm2.next_logits(ids, smollm2.new_cache(1, 16)).argmax().item()
    assert smollm2.decode([best]) == " Paris"


@pytest.mark.real_model
def test_an_altered_converted_copy_is_never_loaded(smollm2, tmp_path, monkeypatch):
    from core.shelf.convert import conversion_state, folder_of

    good = folder_of("smollm2-135m")
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    copy = shutil.copytree(good, folder_of("smollm2-135m"))
    assert conversion_state("smollm2-135m") == "whole"
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(400_000_000)
        file.write(b"\x7f")
    assert conversion_state("smollm2-135m") == "damaged"
