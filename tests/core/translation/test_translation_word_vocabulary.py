"""Whole words: what is known, what is unknown, and that nothing else differs from the subwords."""

from core.translation.subword_sampling import SubwordSampler
from core.translation.vocabulary import SPECIAL_TOKENS, UNKNOWN, Vocabulary, learn_vocabulary
from core.translation.word_vocabulary import learn_word_vocabulary, unknown_share

SENTENCES = ["Ein Hund läuft.", "Ein Hund schläft, ein Mann läuft.", "Ein Mann ruft den Hund."]


def test_words_that_occur_twice_are_known_and_the_rest_is_one_token():
    words = learn_word_vocabulary(SENTENCES)
    known = {words.token(number) for number in range(len(SPECIAL_TOKENS), words.size)}
    assert known == {"▁Ein", "▁Hund", "▁läuft", "▁Mann", "."}
    ids = words.encode(["Ein Hund ruft."])[0]
    assert [words.token(number) for number in ids] == ["▁Ein", "▁Hund", "<unk>", "."]
    assert words.decode(ids) == "Ein Hund\ufffd."


def test_the_words_are_those_that_subwords_are_merged_inside():
    words, subwords = learn_word_vocabulary(SENTENCES, fewest=1), learn_vocabulary(SENTENCES, 120)
    for sentence in SENTENCES:
        assert [words.token(number) for number in words.encode([sentence])[0]] == subwords.words(sentence)


def test_the_rarest_give_way_where_room_is_short():
    words = learn_word_vocabulary(SENTENCES, fewest=1, most_tokens=6)
    assert words.size == 6
    assert [words.token(4), words.token(5)] == ["▁Ein", "▁Hund"]


def test_it_is_kept_as_any_vocabulary_and_cut_without_merges():
    words = learn_word_vocabulary(SENTENCES)
    again = Vocabulary.from_json(words.to_json())
    assert again.encode(SENTENCES) == words.encode(SENTENCES)
    assert SubwordSampler(words, SENTENCES, dropout=0.0, seed=3).draw(5) == words.encode(SENTENCES)


def test_the_share_of_the_unknown_is_counted_in_tokens():
    words = learn_word_vocabulary(SENTENCES)
    ids = [number for row in words.encode(SENTENCES) for number in row]
    assert unknown_share(words, SENTENCES) == ids.count(UNKNOWN) / len(ids) == 5 / 18
    assert unknown_share(words, []) == 0
