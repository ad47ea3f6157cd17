import subprocess
import sys

import pytest

from core.embedding.language import ENGLISH_WORDS, OTHER_WORDS, choose_embedder, is_english

SAYINGS = {
    "Die Katze sitzt auf der Matte und schläft.": False,
    "Le chat est assis sur le tapis.": False,
    "El gato está sentado en la alfombra.": False,
    "O gato está sentado no tapete.": False,
    "Il gatto è seduto sul tappeto.": False,
    "De kat zit op de mat en het is warm.": False,
    "Kot śpi na macie i nie je.": False,
    "Кошка сидит на коврике.": False,
    "القطة تجلس على السجادة": False,
    "猫坐在垫子上。": False,
    "猫はマットの上に座っている。": False,
    "고양이가 매트 위에 앉아 있다.": False,
    "बिल्ली चटाई पर बैठी है।": False,
    "The cat sits on the mat.": True,
    "What did the naïve café owner say about Gödel?": True,
    "Attention is all you need": True,
    "def softmax(x): return exp(x) / exp(x).sum()": True,
    "The symbol α is the learning rate": True,
    "3.14159": True,
    "": True,
}


@pytest.mark.parametrize(("text", "english"), SAYINGS.items())
def test_languages_are_told_apart(text, english):
    assert is_english(text) is english


def test_a_few_foreign_texts_do_not_move_a_collection_but_a_tenth_does():
    english, chinese = "The cat sits on the mat.", "猫坐在垫子上。"
    assert choose_embedder([english] * 95 + [chinese] * 5) == "minilm-l6"
    assert choose_embedder([english] * 90 + [chinese] * 10) == "e5-multilingual"
    assert choose_embedder([]) == "minilm-l6"


def test_long_collections_are_sampled():
    assert choose_embedder(["猫坐在垫子上。" * 100_000] * 10) == "e5-multilingual"


def test_no_word_counts_for_both_sides():
    assert not ENGLISH_WORDS & OTHER_WORDS


def test_choosing_needs_no_torch():
    code = "import sys; import core.embedding.embed; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
