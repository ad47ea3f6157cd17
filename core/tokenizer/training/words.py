"""Pre-tokenisation: a text becomes words with counts before any token is learnt.

No learnt token crosses a word boundary, so what counts as a word decides what can become a token:

- BPE and WordPiece: runs of letters, digits and marks, or runs of anything else that is not white
  space (`\\w+|[^\\w\\s]+`, the `Whitespace` pre-tokeniser of Hugging Face `tokenizers`). White space is lost.
- byte-level BPE: GPT-2's pattern, which keeps every character; a space belongs to the word it precedes.
- Unigram: white space only, written as a `▁` before each word, as SentencePiece does.

Chinese has no spaces: there a "word" is everything up to the next punctuation mark or space.
`\\w` and `\\s` follow Unicode; characters newer than a library's Unicode tables may be cut otherwise.

Sources: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2;
Kudo and Richardson 2018, "SentencePiece", section 3.
"""

from collections import Counter
from functools import cache
from typing import Any

import regex

WORD_PATTERN = r"\w+|[^\w\s]+"
BYTE_LEVEL_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
MARKED_PATTERN = r"▁[^▁]*"
SPACE_MARK = "▁"


def split_words(algorithm: str, text: str) -> list[str]:
    """The words of `text` in order, as `algorithm` sees them.

    >>> split_words("bpe", "Don't stop!"), split_words("byte-bpe", "Don't stop!")
    (['Don', "'", 't', 'stop', '!'], ['Don', "'t", ' stop', '!'])
    >>> split_words("unigram", "Don't  stop!")
    ["▁Don't", '▁stop!']
    """
    if algorithm == "unigram":
        return [word for chunk in _compiled(r"\S+").findall(text) for word in marked(chunk)]
    pattern = BYTE_LEVEL_PATTERN if algorithm == "byte-bpe" else WORD_PATTERN
    return list(_compiled(pattern).findall(text))


def marked(chunk: str) -> list[str]:
    """`chunk`, which has no white space, with `▁` before it; a `▁` inside it begins a new word.

    >>> marked("stop"), marked("a▁b")
    (['▁stop'], ['▁a', '▁b'])
    """
    whole = chunk if chunk.startswith(SPACE_MARK) else SPACE_MARK + chunk
    return list(_compiled(MARKED_PATTERN).findall(whole))


def count_words(algorithm: str, text: str) -> dict[str, int]:
    """How often each word occurs in `text`, in order of first occurrence.

    >>> count_words("bpe", "to be or not to be")
    {'to': 2, 'be': 2, 'or': 1, 'not': 1}
    """
    if algorithm == "byte-bpe":
        return dict(Counter(split_words(algorithm, text)))
    # What lies between spaces is counted first, so that the slow pattern reads each distinct chunk once.
    chunks = Counter(text.replace("\n", " ").split(" "))
    counts: dict[str, int] = {}
    for chunk, count in chunks.items():
        for word in split_words(algorithm, chunk):
            counts[word] = counts.get(word, 0) + count
    return counts


@cache
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern)
