"""Parts of speech of English words: an averaged perceptron that reads a sentence from left to right.

For each word, features (its ending, the words around it, the tags just given to the two before it) look
up their weights for every tag, and the tag with the highest sum wins:

    tag = argmax over t of the sum over features f of weight[f, t]

Frequent words that hardly ever change their tag are looked up instead. The weights were learnt by adding 1
for the right tag and subtracting 1 for the guessed one at every mistake, then averaged over all of training.

The weights come from the package denckring-en-pos, of which only the file is read; they were trained on the
Universal Dependencies English Web Treebank 2.18 (CC BY-SA 4.0), and their makers report 93.4 % right tags on
its test part. The names of the features below are that file's format.
Source: Collins 2002, "Discriminative Training Methods for Hidden Markov Models: Theory and Experiments with
Perceptron Algorithms", section 2.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import GlassboxError
from core.shelf.receipts import sha256_of

PACKAGE = "denckring_en_pos"
REQUIREMENT = "denckring-en-pos==0.6.0"
SHA256 = "4d8c07a3a9bcbef257c18999bb4ddcf501ecede229a8f9d9e62850623a6e97f7"
LICENCE = "CC-BY-SA-4.0"
ACCURACY = 0.9342
"""Share of right universal tags on the treebank's test part, as published with the weights."""

_START, _END = "<s>", "</s>"


@dataclass(frozen=True)
class EnglishTagger:
    """The learnt weights: `weights[feature][label]`, and the words whose label is looked up.

    A label is a universal part of speech and a verb form, such as `VERB|Fin`.
    """

    weights: Mapping[str, Mapping[str, float]]
    fixed: Mapping[str, str]
    labels: tuple[str, ...]

    def tag(self, words: Sequence[str]) -> tuple[str, ...]:
        """Universal parts of speech of the words of one sentence, without its punctuation.

        >>> weights = {"suf1 s": {"VERB|Fin": 1.0, "NOUN|-": 0.5}, "w-1 the": {"NOUN|-": 2.0}}
        >>> tagger = EnglishTagger(weights, {"the": "DET|-"}, ("NOUN|-", "VERB|Fin"))
        >>> tagger.tag(["walks"]), tagger.tag(["The", "walks"])
        (('VERB',), ('DET', 'NOUN'))
        """
        given = [_START, _START]
        around = [_START, _START, *(word.lower() for word in words), _END, _END]
        for at, word in enumerate(words):
            label = self.fixed.get(word.lower()) or self._likeliest(word, around[at : at + 5], *given[-2:])
            given.append(label)
        return tuple(label.partition("|")[0] for label in given[2:])

    def _likeliest(self, word: str, around: Sequence[str], second_last: str, last: str) -> str:
        sums = dict.fromkeys(self.labels, 0.0)
        for feature in features(word, around, second_last, last):
            for label, weight in self.weights.get(feature, {}).items():
                sums[label] += weight
        return max(self.labels, key=lambda label: (sums[label], label))


def features(word: str, around: Sequence[str], second_last: str, last: str) -> list[str]:
    """What the tagger looks at.

    Args:
        word: as written.
        around: the two words before, the word, and the two after it, in lower case.
        second_last, last: the labels given to the two words before.

    >>> features("Walks", ["<s>", "she", "walks", "home", "</s>"], "<s>", "PRON|-")[:6]
    ['bias', 'suf3 lks', 'suf2 ks', 'suf1 s', 'pre1 w', 'shape X']
    """
    before_that, before, lower, after, after_that = around
    shape = ("X" if word[:1].isupper() else "x") + ("d" if any(map(str.isdigit, word)) else "")
    own = ["bias", *(f"suf{length} {lower[-length:]}" for length in (3, 2, 1)), f"pre1 {lower[:1]}"]
    given = [f"t-1 {last}", f"t-2 {second_last}", f"t-1t-2 {last} {second_last}", f"t-1 w {last} {lower}"]
    near = [f"w-1 {before}", f"w-2 {before_that}", f"w+1 {after}", f"w+2 {after_that}"]
    return [*own, f"shape {shape}", f"w {lower}", *given, *near]


def tagger_installed() -> bool:
    """Whether the package with the weights is there; nothing is read."""
    return find_spec(PACKAGE) is not None


@cache
def english_tagger() -> EnglishTagger:
    """The tagger with its weights, read once.

    Raises:
        GlassboxError: the package is not installed, or its file is missing or altered.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise GlassboxError("tokenizer.lesson.error.tagger", requirement=REQUIREMENT)
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / "tagger.json.gz"
    try:
        if sha256_of(path) != SHA256:
            raise GlassboxError("tokenizer.lesson.error.tagger_file", requirement=REQUIREMENT)
        read = json.loads(gzip.decompress(path.read_bytes()))
    except OSError as error:
        raise GlassboxError("tokenizer.lesson.error.tagger_file", requirement=REQUIREMENT) from error
    return EnglishTagger(read["weights"], read["tagdict"], tuple(read["classes"]))
