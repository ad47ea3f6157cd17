"""The experiment's text: the English prose of Python's own documentation topics, cut into tokens.

`pydoc_data.topics`, what `help("assert")` prints, comes with every Python, so the experiment needs
no download. It holds grammars, code, tables, and many passages under several topics; kept are the
paragraphs that are sentences, each once: a paragraph of the held-out part must not have been trained on.
The topics differ a little from one Python version to the next, so a result names the version and the hash.

The tokens are a byte-level BPE learned from the training part alone: with some 500 entries a token is
about two letters, so that a short training text still has many tokens.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

FEWEST_WORDS = 8
"""A shorter paragraph is a heading or a fragment."""
LEAST_LETTERS = 0.85
"""Share of letters and spaces; code and tables have less."""
HELD_OUT = 0.1
"""The last part of the text, never trained on."""


@dataclass(frozen=True)
class Corpus:
    """The text as token ids."""

    training: tuple[int, ...]
    held_out: tuple[int, ...]
    characters: int
    """Of both parts."""
    sha256: str
    """Of the whole text in UTF-8."""
    tokenizer: Tokenizer

    @property
    def vocabulary_size(self) -> int:
        """Number of different tokens."""
        return int(self.tokenizer.get_vocab_size())


def paragraphs() -> list[str]:
    """The prose paragraphs of the documentation topics in alphabetical order, each once, on one line each."""
    from pydoc_data.topics import topics

    found = (" ".join(part.split()) for name in sorted(topics) for part in _blank_line.split(topics[name]))
    return list(dict.fromkeys(paragraph for paragraph in found if is_prose(paragraph)))


_blank_line = re.compile(r"\n\s*\n")


def is_prose(paragraph: str) -> bool:
    """Whether a paragraph is made of sentences rather than of code, grammar or a table.

    >>> is_prose("Assert statements are a convenient way to insert assertions into a program.")
    True
    >>> is_prose('assert_stmt ::= "assert" expression ["," expression]')
    False
    """
    if len(paragraph.split()) < FEWEST_WORDS or paragraph[-1] not in ".:":
        return False
    letters = sum(character.isalpha() or character == " " for character in paragraph)
    return letters >= LEAST_LETTERS * len(paragraph) and ">>>" not in paragraph and "::=" not in paragraph


def text_hash() -> str:
    """SHA-256 of the whole text in UTF-8: another Python version has another one."""
    return hashlib.sha256("\n".join(paragraphs()).encode()).hexdigest()


@lru_cache(maxsize=2)
def corpus(vocabulary: int) -> Corpus:
    """The text cut by a BPE of at most `vocabulary` tokens, learned from its training part."""
    text = "\n".join(paragraphs())
    border = text.index("\n", int(len(text) * (1 - HELD_OUT))) + 1
    tokenizer = learn_tokenizer(text[:border], vocabulary)
    return Corpus(
        training=tuple(tokenizer.encode(text[:border]).ids),
        held_out=tuple(tokenizer.encode(text[border:]).ids),
        characters=len(text),
        sha256=text_hash(),
        tokenizer=tokenizer,
    )


def learn_tokenizer(text: str, vocabulary: int) -> Tokenizer:
    """A byte-level BPE of at most `vocabulary` tokens, 256 of them the single bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer
