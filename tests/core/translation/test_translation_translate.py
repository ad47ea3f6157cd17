"""Many sentences at once: their order, empty lines, sentences that are too long."""

import pytest

from core.errors import GlassboxError
from core.translation.beam import beam_search
from core.translation.build import build_model
from core.translation.greedy import greedy_search
from core.translation.model_folder import TrainedModel, Translator
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.translate import MOST_TOKENS, search_all, source_ids, translate_all
from core.translation.vocabulary import learn_vocabulary

TEXTS = [
    "Ein Hund rennt .",
    "",
    "Zwei Männer sitzen auf einer Bank und lesen eine Zeitung .",
    "Ein Kind .",
    "   ",
    "Eine Frau kauft Brot auf dem Markt .",
]


@pytest.fixture(scope="module")
def translator() -> Translator:
    """A model with fresh parameters: what is proved here holds for any."""
    vocabulary = learn_vocabulary(TEXTS * 3, 100)
    settings = ModelSettings("gru", vocabulary.size, 16, 1, 2, 32)
    about = TrainedModel(settings, TrainingSettings(), "test", 1, ())
    return Translator(about, build_model(settings).eval().requires_grad_(False), vocabulary)


@pytest.mark.parametrize("beam", [1, 4])
def test_the_order_is_kept_and_empty_lines_stay_empty(translator: Translator, beam: int, monkeypatch):
    monkeypatch.setattr("core.translation.translate.ROWS_A_BATCH", 12)  # so that there are several batches
    seen: list[tuple[int, int]] = []
    translations = translate_all(translator, TEXTS, beam, progress=lambda done, of: seen.append((done, of)))
    assert len(translations) == len(TEXTS)
    assert [place for place, text in enumerate(translations) if text == ""] == [1, 4]
    for text, translation in zip(TEXTS, translations, strict=True):
        if text.strip():
            ids = translator.vocabulary.encode([text])
            alone = (
                greedy_search(translator.model, ids)[0]
                if beam == 1
                else beam_search(translator.model, ids, beam)[0].best
            )
            assert translation == translator.vocabulary.decode(alone.token_ids)
    assert len(seen) > 1
    assert seen[-1] == (len(TEXTS), len(TEXTS))


def test_white_space_and_decomposed_letters_are_read_as_in_training(translator: Translator):
    tidy, untidy = source_ids(translator.vocabulary, ["Zwei Männer .", " Zwei\tMa\u0308nner\u00a0. "])
    assert tidy == untidy


def test_a_text_that_is_too_long_is_refused_and_named(translator: Translator):
    long = "Hund " * (MOST_TOKENS + 1)
    with pytest.raises(GlassboxError, match="This sentence has"):
        translate_all(translator, [long])
    with pytest.raises(GlassboxError, match="Sentence 2 has"):
        translate_all(translator, ["Ein Hund .", long])


def test_nothing_to_translate(translator: Translator):
    assert translate_all(translator, []) == []
    assert search_all(translator, ["", " "]) == [None, None]
