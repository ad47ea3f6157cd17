"""Where a translation and its reference part, word by word.

The longest common runs of words are kept, and between them the others differ; a translation may be right
where it differs: the reference is one of many.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class WordDiff:
    """Both sides as words, and which of them the other side has at that place."""

    translation: tuple[tuple[str, bool], ...]
    """Word, and whether it stands in the reference at the matching place."""
    reference: tuple[tuple[str, bool], ...]


def word_diff(translation: str, reference: str) -> WordDiff:
    """Align the words of both sides.

    >>> word_diff("a man runs", "a young man runs").reference
    (('a', True), ('young', False), ('man', True), ('runs', True))
    """
    written, wanted = translation.split(), reference.split()
    same_written, same_wanted = [False] * len(written), [False] * len(wanted)
    for block in SequenceMatcher(None, written, wanted, autojunk=False).get_matching_blocks():
        for place in range(block.size):
            same_written[block.a + place] = same_wanted[block.b + place] = True
    return WordDiff(
        tuple(zip(written, same_written, strict=True)), tuple(zip(wanted, same_wanted, strict=True))
    )
