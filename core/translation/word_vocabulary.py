"""A vocabulary of whole words, as translators had before subwords: what is not in it is unknown.

It is cut as the subword vocabulary is before its merges (a blank travels with the word after it, marks
stand alone), so that only the size of the pieces differs. A word belongs to it if the training pairs
have it often enough; every other word is the same unknown token, on the way in and on the way out.

Source: Sutskever, Vinyals and Le 2014, "Sequence to Sequence Learning with Neural Networks", section
3.1 (most frequent words, one token for the rest).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, models

from core.translation.vocabulary import (
    MOST_TOKENS,
    SPECIAL_TOKENS,
    UNKNOWN,
    Vocabulary,
    cutting_into_words,
)

FEWEST_OCCURRENCES = 2
"""As the tutorials on Multi30k chose: a word that occurs once cannot be learned from."""


def learn_word_vocabulary(
    sentences: Iterable[str], fewest: int = FEWEST_OCCURRENCES, most_tokens: int = MOST_TOKENS
) -> Vocabulary:
    """Every word that occurs at least `fewest` times, the most frequent first, at most `most_tokens`.

    >>> words = learn_word_vocabulary(["a dog", "a cat", "the dog"])
    >>> [words.token(number) for number in range(4, words.size)]
    ['▁a', '▁dog']
    """
    tokenizer = cutting_into_words(Tokenizer(models.WordLevel({}, unk_token=SPECIAL_TOKENS[UNKNOWN])))
    counts = Counter(
        word
        for sentence in sentences
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(sentence))
    )
    kept = [word for word, count in counts.most_common(most_tokens - len(SPECIAL_TOKENS)) if count >= fewest]
    numbers = {word: number for number, word in enumerate((*SPECIAL_TOKENS, *kept))}
    tokenizer.model = models.WordLevel(numbers, unk_token=SPECIAL_TOKENS[UNKNOWN])
    return Vocabulary(tokenizer)


def unknown_share(vocabulary: Vocabulary, sentences: Sequence[str]) -> float:
    """The share of tokens that the vocabulary does not know; 0 without any token.

    >>> unknown_share(learn_word_vocabulary(["a dog", "a dog"]), ["a dog", "a cat"])
    0.25
    """
    ids = [number for row in vocabulary.encode(sentences) for number in row]
    return ids.count(UNKNOWN) / len(ids) if ids else 0.0
