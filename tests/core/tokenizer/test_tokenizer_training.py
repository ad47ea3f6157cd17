"""What holds for every training algorithm: refusals, replay, merge trees, the saved file, odd texts."""

import json
import random
from dataclasses import asdict
from time import perf_counter

import pytest
from tokenizers import Tokenizer

from core.errors import GlassboxError
from core.tokenizer.samples import corpora
from core.tokenizer.training.bpe_naive import count_pairs, merge_word
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.history import ALGORITHMS, Training
from core.tokenizer.training.merge_by_rank import merge_by_rank
from core.tokenizer.training.replay import MergeNode, candidates_at, length_curve, merge_tree
from core.tokenizer.training.segment import known_symbols, merge_ranks, segment, segment_text
from core.tokenizer.training.start import begin, join
from core.tokenizer.training.train import train

SIZES = {"bpe": 400, "byte-bpe": 500, "wordpiece": 400, "unigram": 400}
MERGING = ("bpe", "byte-bpe", "wordpiece")


@pytest.fixture(scope="module")
def trained() -> dict[str, Training]:
    return {algorithm: train(algorithm, corpora()["german"], SIZES[algorithm]) for algorithm in ALGORITHMS}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_vocabulary_has_the_size_that_was_asked_for(algorithm: str, trained: dict[str, Training]) -> None:
    training = trained[algorithm]
    assert len(training.tokens) == len(set(training.tokens)) == SIZES[algorithm]
    assert [step.number for step in training.steps] == list(range(1, len(training.steps) + 1))
    assert (training.unknown in training.tokens) == (algorithm != "byte-bpe")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_sizes_outside_what_is_possible_are_refused_with_the_limit(algorithm: str) -> None:
    text = corpora()["english"][:1_500]
    with pytest.raises(GlassboxError, match="smallest possible size is") as small:
        train(algorithm, text, 5)
    with pytest.raises(GlassboxError, match="largest possible size is") as large:
        train(algorithm, text, 10**6)
    smallest, largest = small.value.values["smallest"], large.value.values["largest"]
    for size in (smallest, largest):
        assert len(train(algorithm, text, size).tokens) == size
    for size in (smallest - 1, largest + 1, 0, -1):
        with pytest.raises(GlassboxError):
            train(algorithm, text, size)
    assert "最小" in small.value.text("zh")
    assert "最大" in large.value.text("zh")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_texts_without_words_are_refused(algorithm: str) -> None:
    for text in ("", *(() if algorithm == "byte-bpe" else (" \n\t ",))):
        with pytest.raises(GlassboxError, match="no word"):
            train(algorithm, text, 300)
    with pytest.raises(GlassboxError, match="surrogate"):
        train(algorithm, "low \ud83d lower", 300)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(GlassboxError, match="bpe, byte-bpe, wordpiece, unigram"):
        train("word2vec", "low", 10)


@pytest.mark.parametrize("algorithm", MERGING)
def test_candidates_equal_a_recount_at_any_step(algorithm: str, trained: dict[str, Training]) -> None:
    training = trained[algorithm]
    ids = {token: number for number, token in enumerate(training.tokens)}
    words = list(begin(algorithm, training.word_counts).words)
    for step in training.steps:
        if step.number in (1, 2, 50, len(training.steps)):
            pairs = count_pairs(words)
            tokens: dict[str, int] = {}
            for word, count in words:
                for token in word:
                    tokens[token] = tokens.get(token, 0) + count

            def score(pair: tuple[str, str], pairs=pairs, tokens=tokens) -> float:
                if algorithm == "wordpiece":
                    return pairs[pair] / (tokens[pair[0]] * tokens[pair[1]])
                return float(pairs[pair])

            best = sorted(pairs, key=lambda pair: (-score(pair), -pairs[pair], ids[pair[0]], ids[pair[1]]))
            found = candidates_at(training, step.number, top=25)
            assert [((one.left, one.right), one.count, one.score) for one in found] == [
                (pair, pairs[pair], score(pair)) for pair in best[:25]
            ]
            assert found[0] == step.winner
        won = step.winner
        assert won is not None
        token = join(algorithm, won.left, won.right)
        words = [(merge_word(word, (won.left, won.right), token), count) for word, count in words]


def test_unigram_candidates_are_what_the_step_removes_first(trained: dict[str, Training]) -> None:
    training = trained["unigram"]
    for step in training.steps:
        found = candidates_at(training, step.number)
        assert tuple(one.token for one in found) == step.removed[: len(found)]
        assert [one.score for one in found] == sorted(one.score for one in found)


@pytest.mark.parametrize("algorithm", ["bpe", "byte-bpe"])
def test_replaying_a_word_equals_merging_by_rank(algorithm: str, trained: dict[str, Training]) -> None:
    training = trained[algorithm]
    for step in (0, 1, 37, len(training.steps)):
        ranks = merge_ranks(training, step)
        for word in training.word_counts:
            by_rank = merge_by_rank(
                known_symbols(training, word),
                lambda left, right, ranks=ranks: ranks.get((left, right), float("inf")),
                str.__add__,
            )
            assert segment(training, word, step) == tuple(by_rank)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_steps_that_do_not_exist_are_refused(algorithm: str, trained: dict[str, Training]) -> None:
    training = trained[algorithm]
    last = len(training.steps)
    for step in (-1, last + 1):
        with pytest.raises(GlassboxError, match=f"from 0 to {last}"):
            segment(training, "wort", step)
    for step in (0, last + 1):
        with pytest.raises(GlassboxError, match=f"from 1 to {last}"):
            candidates_at(training, step)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_merge_trees_hold_the_tokens_of_the_word(algorithm: str, trained: dict[str, Training]) -> None:
    training = trained[algorithm]
    frequent = sorted(training.word_counts, key=lambda word: -training.word_counts[word])[:40]
    ranked = 0
    for word in [*frequent, "Donaudampfschiff", "x☃y", ""]:
        tree = merge_tree(training, word)
        assert tops(tree) == list(segment(training, word)) or not word
        for node in nodes(tree):
            if node.rank is not None:
                ranked += 1
                winner = training.steps[node.rank - 1].winner
                assert winner is not None
                assert node.left is not None
                assert node.right is not None
                assert (node.left.token, node.right.token, node.token) == (
                    winner.left,
                    winner.right,
                    winner.token,
                )
                ranks = [child.rank for child in (node.left, node.right) if child.rank is not None]
                assert all(rank < node.rank for rank in ranks)
    assert ranked == 0 if algorithm == "unigram" else ranked > 5


def tops(node: MergeNode) -> list[str]:
    """The tokens: the highest nodes that a merge made, or that nothing was merged into."""
    if node.rank is None and node.left and node.right:
        return [*tops(node.left), *tops(node.right)]
    return [node.token]


def nodes(node: MergeNode) -> list[MergeNode]:
    below = [child for child in (node.left, node.right) if child]
    return [node, *(found for child in below for found in nodes(child))]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_larger_vocabulary_makes_a_shorter_text(algorithm: str, trained: dict[str, Training]) -> None:
    curve = length_curve(trained[algorithm])
    assert len(curve) == len(trained[algorithm].steps) + 1
    sizes, lengths = [size for size, _ in curve], [length for _, length in curve]
    assert sizes == sorted(sizes)
    assert sizes[-1 if algorithm != "unigram" else 0] == SIZES[algorithm]
    if algorithm == "unigram":
        assert lengths[0] > lengths[-1]
    else:
        assert lengths == sorted(lengths, reverse=True)
        symbols = sum(
            len(word) * count for word, count in begin(algorithm, trained[algorithm].word_counts).words
        )
        assert curve[0] == (len(trained[algorithm].tokens) - len(trained[algorithm].steps), symbols)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_saved_file_is_loaded_and_decodes(algorithm: str, trained: dict[str, Training]) -> None:
    tokenizer = Tokenizer.from_str(tokenizer_json(trained[algorithm]))
    assert tokenizer.get_vocab() == {token: number for number, token in enumerate(trained[algorithm].tokens)}
    text = " ".join(corpora()["german"].split()[:30])
    if algorithm in ("byte-bpe", "unigram"):
        assert tokenizer.decode(tokenizer.encode(text).ids) == text
    if algorithm == "byte-bpe":
        strange = " \n 👩‍👩‍👧 中\x00文 "
        assert tokenizer.decode(tokenizer.encode(strange).ids) == strange


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_odd_texts_are_learnt_from_without_trouble(algorithm: str) -> None:
    odd = "\x00\x01 ‮שלום‬ \u200b\u200d\ufeff ￿ 𐎀𐎁 \U000e0100 é é \U0010fffd " * 3 + "🏳️‍🌈🏳️‍🌈"
    training = train(algorithm, odd, {"byte-bpe": 262, "unigram": 45}.get(algorithm, 27))
    exported = Tokenizer.from_str(tokenizer_json(training))
    assert [training.tokens[number] for number in exported.encode(odd).ids] == [
        token for word in segment_text(training, odd) for token in word
    ]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_character_a_million_times(algorithm: str) -> None:
    text, started = "a" * 1_000_000, perf_counter()
    size = 266 if algorithm == "byte-bpe" else 12
    training = train(algorithm, text, size)
    assert len(training.tokens) == size
    cut = segment_text(training, text)
    if algorithm == "wordpiece":
        assert cut == (("[UNK]",),)
    else:
        assert sum(len(token.replace("▁", "")) for token in cut[0]) == 1_000_000
    assert perf_counter() - started < 120, "hangs"


def test_training_is_deterministic_and_reports_progress() -> None:
    words = corpora()["english"].split()
    random.Random(5).shuffle(words)
    for algorithm in ALGORITHMS:
        shares: list[float] = []
        first = train(algorithm, " ".join(words), SIZES[algorithm], shares.append)
        second = train(algorithm, " ".join(words), SIZES[algorithm])
        assert (first.tokens, first.scores) == (second.tokens, second.scores)
        assert [asdict(step) for step in first.steps] == [asdict(step) for step in second.steps]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert len(shares) > 1
        assert json.loads(tokenizer_json(first)) == json.loads(tokenizer_json(second))
