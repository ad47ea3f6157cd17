"""Cutting a long text where no token can reach across, to hold the library's memory down.

`tokenizers` keeps about 200 bytes for each character it is working on, two gigabytes for the longest
text allowed here. The expressions of GPT-2, SmolLM2 and DeepSeek and BERT's splitting into words all end
a piece where a letter is followed by a blank, a comma or a full stop, and look back at nothing; a cut
there changes no token.
"""

import re
from itertools import pairwise

LONGEST_PIECE = 200_000
_SAFE = re.compile(r"(?<=[^\W\d_])(?=[ ,.，。])")


def long_text_pieces(text: str, longest: int = LONGEST_PIECE) -> list[str]:
    """`text` in pieces of about `longest` characters; longer where it has no safe place.

    >>> long_text_pieces("one two, three", 4)
    ['one two', ', three']
    """
    cuts = [0]
    while len(text) - cuts[-1] > longest:
        place = _SAFE.search(text, cuts[-1] + longest)
        if place is None:
            break
        cuts.append(place.start())
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])]
