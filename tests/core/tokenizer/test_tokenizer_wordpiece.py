"""WordPiece: the score against a brute-force recount, the encoding against Hugging Face `tokenizers`."""

import random
from collections import Counter

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.tokenizer.samples import corpora
from core.tokenizer.training.bpe_naive import Pair, count_pairs, merge_word
from core.tokenizer.training.export import tokenizer_json
from core.tokenizer.training.segment import segment_text
from core.tokenizer.training.start import Start, begin, join
from core.tokenizer.training.train import train
from core.tokenizer.training.wordpiece import encode_wordpiece, likelihood_score, train_wordpiece
from core.tokenizer.training.words import count_words, split_words

STRANGE = " ☃☃x xx☃ aaa\x1cbb\x85cc नमस्ते 👩‍👩‍👧 [UNK] ##able # ## ### " + "a" * 100 + " " + "a" * 101


def brute_force(start: Start, merges: int) -> list[tuple[Pair, int, float]]:
    """The merges with their counts and scores, everything counted again at every step."""
    ids = {token: number for number, token in enumerate(start.tokens)}
    words, learnt = list(start.words), []
    while len(learnt) < merges and (pairs := count_pairs(words)):
        tokens: Counter[str] = Counter()
        for word, count in words:
            for token in word:
                tokens[token] += count
        scores = {pair: pairs[pair] / (tokens[pair[0]] * tokens[pair[1]]) for pair in pairs}
        best = min(pairs, key=lambda pair: (-scores[pair], -pairs[pair], ids[pair[0]], ids[pair[1]]))
        learnt.append((best, pairs[best], scores[best]))
        token = join("wordpiece", *best)
        ids.setdefault(token, len(ids))
        words = [(merge_word(word, best, token), count) for word, count in words]
    return learnt


@pytest.mark.parametrize("letters", ["ab", "abc", "abcdefgh", "a#"])
def test_training_equals_a_brute_force_recount(letters: str) -> None:
    for seed in range(60):
        generator = random.Random(seed)
        lengths = (generator.randint(1, 12) for _ in range(generator.randint(1, 30)))
        text = " ".join("".join(generator.choices(letters, k=length)) for length in lengths)
        check_recount(text, 10_000)


@pytest.mark.parametrize("corpus", ["english", "chinese"])
def test_training_on_prose_equals_a_brute_force_recount(corpus: str) -> None:
    check_recount(corpora()[corpus][:2_500], 150)


def check_recount(text: str, merges: int) -> None:
    start = begin("wordpiece", count_words("wordpiece", text))
    steps = train_wordpiece(start, len(start.tokens) + merges).steps
    found = [((won.left, won.right), won.count, won.score) for won in (step.winner for step in steps) if won]
    assert found
    assert found == brute_force(start, len(found))


def test_the_score_prefers_what_stands_together_to_what_is_common() -> None:
    """hug 10, pug 5, pun 12, bun 4, hugs 5: (##u, ##g) is commonest with 20, but scores 20 / (36 * 20)."""
    assert likelihood_score(20, 36, 20) == pytest.approx(1 / 36)
    text = " ".join(["hug"] * 10 + ["pug"] * 5 + ["pun"] * 12 + ["bun"] * 4 + ["hugs"] * 5)
    winners = [step.winner for step in train("wordpiece", text, 10).steps]
    assert [(won.token, won.score) for won in winners if won] == [
        ("##gs", 5 / (20 * 5)),
        ("pu", 17 / (17 * 36)),
    ]


def peer_encode(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


@pytest.mark.parametrize(
    ("corpus", "size"), [("english", 550), ("german", 550), ("chinese", 1_000), ("code", 550)]
)
def test_encoding_equals_tokenizers_with_our_vocabulary(corpus: str, size: int) -> None:
    training = train("wordpiece", corpora()[corpus], size)
    exported = Tokenizer.from_str(tokenizer_json(training))
    peer = peer_encode({token: number for number, token in enumerate(training.tokens)})
    for text in [*corpora().values(), STRANGE]:
        ours = [token for word in segment_text(training, text) for token in word]
        assert ours == peer.encode(text).tokens == exported.encode(text).tokens


def test_encoding_equals_tokenizers_with_its_own_vocabulary(
    multi30k_train: list[str], multi30k_val: list[str], xquad: list[str]
) -> None:
    trained = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    trained.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(vocab_size=4_000, special_tokens=["[UNK]"], show_progress=False)
    trained.train_from_iterator(multi30k_train[::3], trainer)
    vocabulary = trained.get_vocab()
    peer = peer_encode(vocabulary)
    for text in [*multi30k_val, *xquad[::10], STRANGE]:
        words = split_words("wordpiece", text)
        assert [token for word in words for token in encode_wordpiece(word, vocabulary)] == peer.encode(
            text
        ).tokens
