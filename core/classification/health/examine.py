"""The whole check: one kind of trouble after the other, each looking at what the one before left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.classification.health.classes import check_imbalance, check_small
from core.classification.health.finding import Finding, Treatment
from core.classification.health.near import Pair, joined, near_pairs
from core.classification.health.rows import (
    Checked,
    check_conflict,
    check_duplicate,
    check_language,
    check_long,
    check_no_label,
    check_no_text,
    check_no_words,
    check_spelling,
    finding_of,
)
from core.classification.labelled_texts import LabelledTexts

FindPairs = Callable[[Sequence[str], float], tuple[Pair, ...]]
_BEFORE = (
    check_no_text,
    check_no_label,
    check_spelling,
    check_conflict,
    check_duplicate,
    check_no_words,
    check_long,
    check_language,
)
_AFTER = (check_small, check_imbalance)


@dataclass(frozen=True)
class Examination:
    """What was found, and what is left to learn from."""

    rows: int
    """In the table."""
    findings: tuple[Finding, ...]
    usable: LabelledTexts
    groups: tuple[int, ...]
    """(usable,) rows of one number are near-duplicates of one another; the number is a row of the table."""
    together: bool
    """Whether near-duplicates are to stay in one part."""

    def finding(self, kind: str) -> Finding | None:
        """What was found of that kind."""
        return next((finding for finding in self.findings if finding.kind == kind), None)


def examine(
    texts: Sequence[str],
    labels: Sequence[str],
    treatment: Treatment | None = None,
    pairs: FindPairs = near_pairs,
) -> Examination:
    """Check every row and apply what is wanted.

    Args:
        texts: a cell each.
        labels: a cell each.
        treatment: what to do about each kind; the first action of each if None.
        pairs: finds near-duplicates; a caller may pass one that remembers, or one that finds none.

    Raises:
        GlassboxError: too many texts to compare all of them.
    """
    treatment = treatment or Treatment()
    given = tuple(treatment.labels.get(row, label).strip() for row, label in enumerate(labels))
    kept = [row for row in range(len(texts)) if treatment.labels.get(row, "-") != ""]
    data = LabelledTexts(tuple(text.strip() for text in texts), given, tuple(range(len(texts)))).at(kept)
    findings: list[Finding] = []
    for check in _BEFORE:
        data = _note(findings, check(data, treatment))
    found = pairs(data.texts, treatment.likeness)
    groups = dict(zip(data.rows, (data.rows[at] for at in joined(len(data), found)), strict=True))
    data = _note(findings, check_near(data, found, treatment))
    for check in _AFTER:
        data = _note(findings, check(data, treatment))
    return Examination(
        len(texts),
        tuple(findings),
        data,
        tuple(groups[row] for row in data.rows),
        together=treatment.action("near") == "together",
    )


def check_near(data: LabelledTexts, pairs: Sequence[Pair], treatment: Treatment) -> Checked:
    """Near-duplicates, a group after the other; merging keeps the first of each group."""
    numbers = joined(len(data), pairs)
    likest: dict[int, float] = {}
    for pair in pairs:
        for place in (pair.first, pair.second):
            likest[place] = max(likest.get(place, 0.0), pair.likeness)
    members = sorted(likest, key=lambda place: (numbers[place], place))
    order = {number: at for at, number in enumerate(dict.fromkeys(numbers[place] for place in members), 1)}
    about = {place: f"{order[numbers[place]]} · {likest[place]:.0%}" for place in members}
    merged = [place for place in members if numbers[place] != place]
    labels = sum(data.labels[pair.first] != data.labels[pair.second] for pair in pairs)
    return finding_of(
        "near",
        data,
        about,
        treatment,
        drop=merged if treatment.action("near") == "merge" else (),
        groups=len(order),
        likeness=treatment.likeness,
        labels=labels,
    )


def _note(findings: list[Finding], checked: Checked) -> LabelledTexts:
    """The data that a check left; what it found is added to the list."""
    finding, data = checked
    if finding is not None:
        findings.append(finding)
    return data
