"""One vocabulary for both languages: byte-pair encoding learned from the training pairs.

Sharing it lets the embedding of "Hotel" or "Frisbee" serve both sides, and source embedding, target
embedding and output layer can be one matrix. Blanks are part of the tokens (U+2581, as SentencePiece
writes them) and punctuation stands alone, so that decoding gives back the exact text. A character
that the training text never had is unknown: the models can show what that does to them.

Sources: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword
Units"; Press and Wolf 2017, "Using the Output Embedding to Improve Language Models" (tied matrices).
"""

import json
from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from core.errors import GlassboxError

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
SPECIAL_TOKENS = ("<pad>", "<s>", "</s>", "<unk>")
BLANK = "\u2581"
"""How the vocabulary writes the blank that travels with the word after it."""
FEWEST_TOKENS, MOST_TOKENS = 100, 32_000


class Vocabulary:
    """Text to token ids and back."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Wrap a tokenizer whose first four ids are `SPECIAL_TOKENS`.

        Raises:
            GlassboxError: they are not.
        """
        if [tokenizer.id_to_token(number) for number in range(4)] != list(SPECIAL_TOKENS):
            raise GlassboxError("translation.data.error.vocabulary")
        self._tokenizer = tokenizer
        self.size: int = tokenizer.get_vocab_size()

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """The vocabulary that `to_json` wrote.

        Raises:
            GlassboxError: it is not a tokenizer of this kind.
        """
        try:
            return cls(Tokenizer.from_str(text))
        except GlassboxError:
            raise
        except Exception as error:  # tokenizers raises bare Exception
            raise GlassboxError("translation.data.error.vocabulary") from error

    def to_json(self) -> str:
        """The vocabulary as the text of a `tokenizer.json`."""
        return str(self._tokenizer.to_str())

    def encode(self, sentences: Sequence[str]) -> list[list[int]]:
        """Token ids of each sentence, without begin and end marks."""
        encoded = self._tokenizer.encode_batch(list(sentences), add_special_tokens=False)
        return [list(encoding.ids) for encoding in encoded]

    def words(self, sentence: str) -> list[str]:
        """The pieces of a sentence inside which merges happen: `▁Ein`, `▁Hund`, `.`."""
        normed = self._tokenizer.normalizer.normalize_str(sentence)
        return [word for word, _ in self._tokenizer.pre_tokenizer.pre_tokenize_str(normed)]

    def pieces(self, sentence: str) -> list[tuple[str, list[int]]]:
        """Each of `words` with the token ids that it is cut into."""
        encoding = self._tokenizer.encode(sentence, add_special_tokens=False)
        cut: list[tuple[str, list[int]]] = [(word, []) for word in self.words(sentence)]
        for number, word in zip(encoding.ids, encoding.word_ids, strict=True):
            if word is not None:  # only special tokens, which are not added here, belong to none
                cut[word][1].append(number)
        return cut

    def merge_ranks(self) -> dict[tuple[str, str], int]:
        """Each learned merge and when it was learned."""
        merges = json.loads(self.to_json())["model"]["merges"]
        return {(left, right): rank for rank, (left, right) in enumerate(merges)}

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """The numbers of tokens in the vocabulary's own spelling."""
        numbers = (self._tokenizer.token_to_id(token) for token in tokens)
        return [UNKNOWN if number is None else number for number in numbers]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids` up to the first end mark; an unknown token shows as U+FFFD."""
        kept = []
        for number in ids:
            if number == END:
                break
            if number not in (PAD, BEGIN):
                kept.append(int(number))
        tokens = ["\ufffd" if number == UNKNOWN else self._tokenizer.id_to_token(number) for number in kept]
        return str(self._tokenizer.decoder.decode(tokens))

    def token(self, number: int) -> str:
        """The vocabulary's own spelling of a token: `▁Hund`, `chen`."""
        return str(self._tokenizer.id_to_token(number))


def cutting_into_words(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, told what a word is before its model sees it, and how words become text again."""
    tokenizer.normalizer = normalizers.NFC()
    # A blank travels with the word after it; marks such as the full stop are tokens of their own.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Split(Regex(r"[^\w\u2581]"), behavior="isolated")]
    )
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def learn_vocabulary(sentences: Iterable[str], size: int) -> Vocabulary:
    """Learn `size` tokens, the four special ones included, from the sentences of both languages.

    Raises:
        GlassboxError: the size is out of range.
    """
    if not FEWEST_TOKENS <= size <= MOST_TOKENS:
        raise GlassboxError(
            "translation.data.error.vocabulary_size", size=size, low=FEWEST_TOKENS, high=MOST_TOKENS
        )
    tokenizer = cutting_into_words(Tokenizer(models.BPE(unk_token=SPECIAL_TOKENS[UNKNOWN])))
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIAL_TOKENS), show_progress=False, min_frequency=2
    )
    tokenizer.train_from_iterator(sentences, trainer)
    return Vocabulary(tokenizer)
