"""BPE and byte-level BPE against Hugging Face `tokenizers`, and the index against the plain algorithm."""

import json
import random
from collections import Counter

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.tokenizer.samples import corpora
from core.tokenizer.training.bpe import train_bpe
from core.tokenizer.training.bpe_naive import train_bpe_naively
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.history import Training
from core.tokenizer.training.segment import segment_text
from core.tokenizer.training.start import begin
from core.tokenizer.training.train import train
from core.tokenizer.training.words import count_words

STRANGE = " ☃☃x xx☃ \t\n\r  aaa\x1cbb\x85cc\xa0dd नमस्ते 👩‍👩‍👧 é ﬁ ▁a▁▁b ​‮ '''s I'll 12345"


def peer(algorithm: str, texts: list[str], size: int) -> Tokenizer:
    byte_level = algorithm == "byte-bpe"
    tokenizer = Tokenizer(models.BPE(unk_token=None if byte_level else "<unk>"))
    tokenizer.pre_tokenizer = (
        pre_tokenizers.ByteLevel(add_prefix_space=False) if byte_level else pre_tokenizers.Whitespace()
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[] if byte_level else ["<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if byte_level else [],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def check_same(training: Training, tokenizer: Tokenizer, texts: list[str]) -> None:
    """The same merges in the same order, the same ids, and the same encodings of `texts`."""
    theirs = json.loads(tokenizer.to_str())["model"]
    assert [[step.winner.left, step.winner.right] for step in training.steps] == theirs["merges"]
    assert {token: number for number, token in enumerate(training.tokens)} == theirs["vocab"]
    exported = Tokenizer.from_str(tokenizer_json(training))
    for text in texts:
        expected = tokenizer.encode(text).tokens
        assert [token for word in segment_text(training, text) for token in word] == expected
        assert exported.encode(text).tokens == expected
    named = "a <unk> b"  # the unknown token's name in a text is text: the file names no special tokens
    assert exported.encode(named).tokens == [
        token for word in segment_text(training, named) for token in word
    ]


def test_multi30k_gives_the_merges_of_tokenizers(multi30k_train: list[str], multi30k_val: list[str]) -> None:
    training = train("bpe", "\n".join(multi30k_train), 8_000)
    assert len(training.tokens) == 8_000
    check_same(training, peer("bpe", multi30k_train, 8_000), [*multi30k_val, STRANGE])


@pytest.mark.parametrize("algorithm", ["bpe", "byte-bpe"])
def test_xquad_gives_the_merges_of_tokenizers(algorithm: str, xquad: list[str]) -> None:
    text = "\n".join(xquad)
    training = train(algorithm, text, 6_000)
    check_same(training, peer(algorithm, [text], 6_000), [*xquad, STRANGE])


def test_byte_level_multi30k_gives_the_merges_of_tokenizers(
    multi30k_train: list[str], multi30k_val: list[str]
) -> None:
    text = "\n".join(multi30k_train[::5])
    training = train("byte-bpe", text, 4_000)
    check_same(training, peer("byte-bpe", [text], 4_000), [*multi30k_val[::4], STRANGE])


@pytest.mark.parametrize("algorithm", ["bpe", "byte-bpe"])
@pytest.mark.parametrize(
    ("corpus", "size"), [("english", 550), ("german", 550), ("chinese", 900), ("code", 550)]
)
def test_sample_corpora_give_the_merges_of_tokenizers(algorithm: str, corpus: str, size: int) -> None:
    text = corpora()[corpus]
    training = train(algorithm, text, size)
    check_same(training, peer(algorithm, [text], size), [*corpora().values(), STRANGE])


@pytest.mark.parametrize("letters", ["ab", "abc"])
def test_ties_and_overlaps_go_as_in_tokenizers(letters: str) -> None:
    """Words of two or three letters tie at nearly every step, and pairs of one letter overlap."""
    for seed in range(150):
        text = random_words(random.Random(seed), letters)
        training = train_up("bpe", text)
        assert all(step.added for step in training.steps), "no token is made by two merges"
        check_same(training, peer("bpe", [text], 10_000), [text, random_words(random.Random(-seed), letters)])


@pytest.mark.parametrize("letters", ["ab", "abc", "abcdefgh"])
def test_the_index_finds_the_merges_of_the_plain_algorithm(letters: str) -> None:
    for seed in range(60):
        start = begin("bpe", count_words("bpe", random_words(random.Random(seed), letters)))
        steps = train_bpe(start, 10_000).steps
        found = [((step.winner.left, step.winner.right), step.winner.count) for step in steps]
        assert found == train_bpe_naively(start, len(found) + 1)


def test_the_worked_example_of_sennrich() -> None:
    """ "low low low low low lower lower newest x6 widest x3": the paper's first merges are e s, es t, l o."""
    text = "low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3
    merges = [(step.winner.left, step.winner.right) for step in train("bpe", text, 15).steps]
    assert merges[:3] == [("e", "s"), ("es", "t"), ("l", "o")]


def test_corpus_tokens_are_counted_after_each_step() -> None:
    training = train("bpe", corpora()["german"], 600)
    for step in (1, 7, 200, len(training.steps)):
        words = segment_text(training, corpora()["german"], step)
        assert training.steps[step - 1].corpus_tokens == sum(map(len, words))


def test_words_are_those_of_the_whitespace_and_byte_level_pre_tokenizers() -> None:
    text = "\n".join(corpora().values()) + STRANGE
    for algorithm, theirs in (
        ("bpe", pre_tokenizers.Whitespace()),
        ("byte-bpe", pre_tokenizers.ByteLevel(add_prefix_space=False)),
    ):
        ours = count_words(algorithm, text)
        expected = Counter(text[start:end] for _, (start, end) in theirs.pre_tokenize_str(text))
        assert ours == expected


def random_words(generator: random.Random, letters: str) -> str:
    lengths = (generator.randint(1, 12) for _ in range(generator.randint(1, 30)))
    return " ".join("".join(generator.choices(letters, k=length)) for length in lengths)


def train_up(algorithm: str, text: str) -> Training:
    """The largest training that `text` supports."""
    largest = len(train_bpe(begin(algorithm, count_words(algorithm, text)), 10_000).tokens)
    return train(algorithm, text, largest)
