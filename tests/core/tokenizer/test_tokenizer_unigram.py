"""Unigram: EM and pruning against enumeration, segmentations against SentencePiece and `tokenizers`."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from math import exp, inf, log

import numpy as np
import pytest
import sentencepiece
from tokenizers import Tokenizer

from core.errors import GlassboxError
from core.tokenizer.samples import corpora
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.segment import segment, segment_text
from core.tokenizer.training.train import train
from core.tokenizer.training.unigram import UnigramModel, cut_long_words, seed_tokens
from core.tokenizer.training.viterbi import UnigramScores, best_segmentation, n_best, sampled
from core.tokenizer.training.words import count_words, split_words

WORDS = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5, "banana": 3}
UNKNOWN_TEXTS = ["Ωmega 中文字 日本 ab☃", "☃☃☃", "a☃b☃☃c", "e\x01x 👩‍👩‍👧 नमस्ते", "▁▁ a▁b"]


def segmentations(text: str, scores: dict[str, float]) -> Iterator[tuple[str, ...]]:
    """All of them, by trying every first token."""
    if not text:
        yield ()
    for end in range(1, len(text) + 1):
        if text[:end] in scores:
            yield from ((text[:end], *rest) for rest in segmentations(text[end:], scores))


def scores_of(model: UnigramModel) -> dict[str, float]:
    return dict(zip(model.tokens, model.scores.tolist(), strict=True))


def score(tokens: tuple[str, ...], scores: dict[str, float]) -> float:
    return sum(scores[token] for token in tokens)


def test_one_em_round_equals_enumerating_all_segmentations() -> None:
    model = UnigramModel(WORDS, seed_tokens(WORDS))
    before = scores_of(model)
    model.em_round()
    expected: Counter[str] = Counter()
    likelihood = 0.0
    for word, count in WORDS.items():
        ways = {tokens: exp(score(tokens, before)) for tokens in segmentations(word, before)}
        total = sum(ways.values())
        likelihood += count * log(total)
        for tokens, probability in ways.items():
            for token in tokens:
                expected[token] += count * probability / total
    assert model.log_likelihood == pytest.approx(likelihood, rel=1e-12)
    whole = sum(expected.values())
    for token, found in scores_of(model).items():
        assert exp(found) == pytest.approx(expected[token] / whole, rel=1e-9)


def test_losses_equal_enumeration() -> None:
    model = UnigramModel(WORDS, seed_tokens(WORDS))
    for _ in range(3):
        model.em_round()
    model.remove([model.tokens.index("hug"), model.tokens.index("un")])
    model.em_round()
    scores = scores_of(model)
    used: Counter[str] = Counter()
    for word, count in WORDS.items():
        for token in max(segmentations(word, scores), key=lambda tokens: score(tokens, scores)):
            used[token] += count
    losses, counts = model.losses()
    for token, loss, count in zip(model.tokens, losses, counts, strict=True):
        assert count == used[token]
        others = {other: value for other, value in scores.items() if other != token}
        ways = [score(tokens, others) for tokens in segmentations(token, others)]
        assert loss == pytest.approx(count * (scores[token] - max(ways)) if ways else inf)


def test_the_likelihood_never_falls_between_prunings() -> None:
    words = cut_long_words(count_words("unigram", corpora()["german"]))
    model = UnigramModel(words, seed_tokens(words))
    likelihoods = []
    for _ in range(8):
        model.em_round()
        likelihoods.append(model.log_likelihood)
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(likelihoods))
    assert likelihoods[-1] > likelihoods[0] + 10
    assert np.exp(model.scores).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("corpus", "size"), [("english", 560), ("german", 560), ("chinese", 900), ("code", 560)]
)
def test_training_prunes_to_the_size_and_exports(corpus: str, size: int) -> None:
    text = corpora()[corpus]
    training = train("unigram", text, size)
    assert len(training.tokens) == len(training.scores) == size
    assert set(training.alphabet) < set(training.tokens)
    assert training.steps[-1].vocabulary_size == size
    seeds = set(training.states[0].scores)
    removed = [token for step in training.steps for token in step.removed]
    assert len(removed) == len(set(removed))
    assert seeds - set(removed) == set(training.tokens) - {"<unk>"}
    for step in (1, len(training.steps)):
        model = UnigramScores(training.states[step].scores)
        trained_on = cut_long_words(training.word_counts).items()
        cut = sum(count * len(best_segmentation(word, model).pieces) for word, count in trained_on)
        assert training.steps[step - 1].corpus_tokens == cut
    exported = Tokenizer.from_str(tokenizer_json(training))
    for other in [*corpora().values(), *UNKNOWN_TEXTS, "the <unk> here"]:
        ids = exported.encode(other).ids
        ours = [token for word in segment_text(training, other) for token in word]
        assert [training.tokens[number] for number in ids] == ours


def sentencepiece_model(texts: list[str], size: int) -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        vocab_size=size,
        model_type="unigram",
        character_coverage=0.998,
        normalization_rule_name="identity",
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def scores_in(peer: sentencepiece.SentencePieceProcessor) -> UnigramScores:
    numbers = range(peer.get_piece_size())
    return UnigramScores(
        {
            peer.id_to_piece(number): peer.get_score(number)
            for number in numbers
            if not peer.is_unknown(number) and not peer.is_control(number)
        }
    )


def check_best(peer: sentencepiece.SentencePieceProcessor, texts: list[str]) -> int:
    """Texts, prepared as SentencePiece prepares them, are cut as it cuts them; returns the unknown runs."""
    model, unknown = scores_in(peer), 0
    for text in texts:
        found = best_segmentation(peer.normalize(text), model, np.float32)
        assert list(found.pieces) == peer.encode(text, out_type=str)
        assert [number == peer.unk_id() for number in peer.encode(text)] == list(found.unknown)
        unknown += sum(found.unknown)
    return unknown


def check_n_best(peer: sentencepiece.SentencePieceProcessor, texts: list[str], n: int) -> None:
    """The same segmentations in the same order; those whose log-probabilities tie may be in any order.

    The last tie may be cut off by n, so one group more than n needs is compared as a superset.
    """
    model = scores_in(peer)
    for text in texts:
        whole = peer.normalize(text)
        ours = n_best(whole, model, 3 * n)
        theirs = [tuple(pieces) for pieces in peer.nbest_encode_as_pieces(text, n)]
        levels = [round(found.log_probability, 2) for found in ours]
        assert [levels[place] for place in range(len(theirs))] == levels[: len(theirs)]
        place = {}
        for number, found in enumerate(ours):
            place.setdefault(found.pieces, number)
        for rank, pieces in enumerate(theirs):
            mine = ours[place[pieces]]
            assert mine.log_probability == pytest.approx(ours[rank].log_probability, abs=1e-4)


@pytest.mark.parametrize(("corpus", "size"), [("english", 400), ("german", 400), ("chinese", 900)])
def test_viterbi_equals_sentencepiece_on_the_sample_corpora(corpus: str, size: int) -> None:
    peer = sentencepiece_model(corpora()[corpus].splitlines(), size)
    texts = [line for text in corpora().values() for line in text.splitlines()]
    assert check_best(peer, [*texts, *UNKNOWN_TEXTS, ""]) > 100
    check_n_best(peer, [*texts[:20], *UNKNOWN_TEXTS], 5)


def test_viterbi_equals_sentencepiece_on_multi30k_and_xquad(
    multi30k_train: list[str], multi30k_val: list[str], xquad: list[str]
) -> None:
    peer = sentencepiece_model([*multi30k_train[::6], *xquad[200:280]], 4_000)
    sentences = [
        sentence for paragraph in xquad[::8] for sentence in paragraph.replace("。", ". ").split(". ")
    ]
    assert check_best(peer, [*multi30k_val, *sentences]) > 100
    check_n_best(peer, multi30k_val[::20], 10)


def test_n_best_equals_enumeration_and_its_first_is_viterbi() -> None:
    scores = {"a": -1.0, "b": -1.5, "ab": -2.2, "ba": -2.0, "aba": -3.1, "bab": -3.3}
    model = UnigramScores(scores)
    text = "ababbaba"
    every = sorted((score(tokens, scores) for tokens in segmentations(text, scores)), reverse=True)
    found = n_best(text, model, 10_000)
    assert [way.log_probability for way in found] == pytest.approx(every)
    assert len({way.pieces for way in found}) == len(every)
    assert [way.log_probability for way in n_best(text, model, 7)] == pytest.approx(every[:7])
    assert n_best(text, model, 1)[0] == best_segmentation(text, model)


@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
def test_samples_follow_the_distribution(alpha: float) -> None:
    scores = {"a": -1.0, "b": -1.5, "ab": -2.2, "ba": -2.0, "aba": -3.1}
    text, draws = "abab", 4_000
    ways = {tokens: exp(alpha * score(tokens, scores)) for tokens in segmentations(text, scores)}
    model = UnigramScores(scores)
    seen = Counter(sampled(text, model, alpha, seed).pieces for seed in range(draws))
    assert set(seen) == set(ways)
    for tokens, weight in ways.items():
        share = weight / sum(ways.values())
        assert seen[tokens] / draws == pytest.approx(share, abs=4 * (share * (1 - share) / draws) ** 0.5)


def test_a_sample_is_repeated_by_its_seed_and_knows_its_probability() -> None:
    model = UnigramScores({"a": -1.0, "b": -1.5, "ab": -2.2})
    found = sampled("abab☃☃ab", model, 0.5, seed=7)
    assert found == sampled("abab☃☃ab", model, 0.5, seed=7)
    assert "☃☃" in found.pieces
    known = sum(model.scores[piece] for piece in found.pieces if piece != "☃☃")
    assert found.log_probability == pytest.approx(known + 2 * model.unknown)


def test_wrong_parameters_are_refused_with_a_sentence() -> None:
    model = UnigramScores({"a": -1.0})
    with pytest.raises(GlassboxError, match="at least 1, not 0"):
        n_best("a", model, 0)
    for alpha in (-0.1, inf, float("nan")):
        with pytest.raises(GlassboxError, match="from 0 upwards"):
            sampled("a", model, alpha, seed=0)
    with pytest.raises(GlassboxError, match="no token"):
        UnigramScores({})


def test_words_carry_the_mark_whether_or_not_it_is_given() -> None:
    training = train("unigram", corpora()["english"], 560)
    for word in ("the", "▁the"):
        assert "".join(segment(training, word)) == "▁the"
    assert split_words("unigram", " the  cat▁sat ") == ["▁the", "▁cat", "▁sat"]
    assert [key for key, _ in groupby(count_words("unigram", "x x"))] == ["▁x"]
