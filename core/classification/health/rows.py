"""Checks of single rows and of equal texts: each finds rows and says what the chosen action leaves."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from core.classification.health.finding import LONG, Finding, Flagged, Treatment
from core.classification.health.plain import language_of, plain, units
from core.classification.labelled_texts import LabelledTexts

Checked = tuple[Finding | None, LabelledTexts]
_UNIT = re.compile(r"\S+\s*")


def finding_of(
    kind: str,
    data: LabelledTexts,
    about: Mapping[int, str],
    treatment: Treatment,
    drop: Iterable[int] = (),
    change: Mapping[int, tuple[str, str]] | None = None,
    **values: object,
) -> Checked:
    """The finding about the places in `about`, and the data without `drop` and with `change`.

    Args:
        kind: of finding.
        data: before.
        about: place -> what is to be said of it, in the order to be shown; nothing found if empty.
        treatment: what is wanted.
        drop: places that are left out.
        change: place -> its new text and label.
        values: for the sentence.
    """
    if not about:
        return None, data
    flagged = tuple(
        Flagged(data.rows[place], data.texts[place], data.labels[place], said)
        for place, said in about.items()
    )
    gone, changes = set(drop), change or {}
    kept = [place for place in range(len(data)) if place not in gone]
    after = LabelledTexts(
        tuple(changes[place][0] if place in changes else data.texts[place] for place in kept),
        tuple(changes[place][1] if place in changes else data.labels[place] for place in kept),
        tuple(data.rows[place] for place in kept),
    )
    return Finding(kind, flagged, treatment.action(kind), len(gone), len(changes), values), after


def check_no_text(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Rows whose text is empty: nothing to learn from."""
    empty = {place: "" for place, text in enumerate(data.texts) if not text.strip()}
    return finding_of("no_text", data, empty, treatment, drop=empty)


def check_no_label(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Rows without a label; they can be given one by hand."""
    empty = {place: "" for place, label in enumerate(data.labels) if not label.strip()}
    return finding_of("no_label", data, empty, treatment, drop=empty)


def label_key(label: str) -> str:
    """The label without what spelling varies: case, width, spaces, hyphens, underscores.

    >>> label_key("Track_Order") == label_key("track order ") != label_key("trade order")
    True
    """
    bare = "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", label).casefold()))
    return bare or label.strip()


def check_spelling(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Labels that differ in spelling only; merged into the commonest."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for label in data.labels:
        spellings[label_key(label)][label] += 1
    commonest = {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}
    rare = {
        place: commonest[label_key(label)]
        for place, label in enumerate(data.labels)
        if label != commonest[label_key(label)]
    }
    change = {place: (data.texts[place], label) for place, label in rare.items()}
    merge = treatment.action("spelling") == "merge"
    about = {place: f"→ {label}" for place, label in rare.items()}
    groups = len({label_key(data.labels[place]) for place in rare})
    return finding_of("spelling", data, about, treatment, change=change if merge else None, classes=groups)


def check_conflict(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Equal texts under different labels."""
    groups = [
        places
        for places in _equal(data.texts, plain).values()
        if len({data.labels[place] for place in places}) > 1
    ]
    about, drop, change = {}, [], {}
    for places in groups:
        counts = Counter(data.labels[place] for place in places)
        (first, most), *others = counts.most_common()
        clear = all(count < most for _, count in others)
        for place in places:
            rest = sorted(label for label in counts if label != data.labels[place])
            about[place] = "≠ " + ", ".join(rest)
            if treatment.action("conflict") == "drop" or not clear:
                drop.append(place)
            elif data.labels[place] != first:
                change[place] = (data.texts[place], first)
    if treatment.action("conflict") == "keep":
        drop, change = [], {}
    return finding_of("conflict", data, about, treatment, drop, change, texts=len(groups))


def check_duplicate(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Equal texts under the same label; of each the first stays."""
    groups = _equal(list(zip(map(plain, data.texts), data.labels, strict=True)), lambda both: both)
    again = [places for places in groups.values() if len(places) > 1]
    about = {place: f"= {data.rows[places[0]] + 1}" for places in again for place in places[1:]}
    drop = about if treatment.action("duplicate") == "merge" else ()
    return finding_of("duplicate", data, about, treatment, drop, texts=len(again))


def check_no_words(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Texts without a letter: digits, marks or emoji only."""
    about = {
        place: "" for place, text in enumerate(data.texts) if not any(letter.isalpha() for letter in text)
    }
    drop = about if treatment.action("no_words") == "drop" else ()
    return finding_of("no_words", data, about, treatment, drop)


def check_long(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Texts longer than the encoder was trained on."""
    lengths = {place: units(text) for place, text in enumerate(data.texts)}
    long = {place: str(length) for place, length in lengths.items() if length > LONG}
    action = treatment.action("long")
    change = {place: (beginning(data.texts[place], LONG), data.labels[place]) for place in long}
    return finding_of(
        "long",
        data,
        long,
        treatment,
        drop=long if action == "drop" else (),
        change=change if action == "cut" else None,
        most=LONG,
        longest=max(lengths.values(), default=0),
    )


def beginning(text: str, most: int) -> str:
    """The text's first `most` words, a Chinese character being one.

    >>> beginning("one two  three", 2), beginning("退款没到账", 2)
    ('one two', '退款')
    """
    end, used = 0, 0
    for match in _UNIT.finditer(text):
        count = units(match.group())
        if used + count > most:
            room = most - used
            while units(text[match.start() : end + 1]) <= room and end < match.end():
                end += 1
            break
        used, end = used + count, match.end()
    return text[:end].strip()


def check_language(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Texts in another language than most are; those without letters are not judged."""
    told = [language_of(text) for text in data.texts]
    counts = Counter(language for language in told if language != "other")
    if not counts:
        return None, data
    most, count = counts.most_common(1)[0]
    about = {place: told[place] for place in range(len(data)) if told[place] not in (most, "other")}
    drop = about if treatment.action("language") == "drop" else ()
    share = count / counts.total()
    return finding_of("language", data, about, treatment, drop, language=most, share=share)


def _equal(values: Sequence[object], key: Callable[..., object]) -> dict[object, list[int]]:
    """The places of equal values, in order of first appearance."""
    groups: dict[object, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        groups[key(value)].append(place)
    return groups
