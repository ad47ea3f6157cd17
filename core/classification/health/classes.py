"""Checks of whole classes: too small to be learned and tested, or far larger than the others."""

from collections import Counter
from random import Random

from core.classification.health.finding import OTHER, Treatment
from core.classification.health.rows import Checked, finding_of
from core.classification.labelled_texts import LabelledTexts

LARGEST_RATIO = 5
"""Of the largest to the smallest class before it is worth a word; also what a cap leaves."""


def check_small(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Rows of classes with fewer than `treatment.fewest` rows."""
    counts = Counter(data.labels)
    small = {
        place: str(counts[label])
        for place, label in enumerate(data.labels)
        if counts[label] < treatment.fewest
    }
    action = treatment.action("small")
    classes = len({data.labels[place] for place in small})
    change = {place: (data.texts[place], OTHER) for place in small}
    return finding_of(
        "small",
        data,
        dict(sorted(small.items(), key=lambda item: (int(item[1]), data.labels[item[0]]))),
        treatment,
        drop=small if action == "drop" else (),
        change=change if action == "merge" else None,
        classes=classes,
        fewest=treatment.fewest,
    )


def check_imbalance(data: LabelledTexts, treatment: Treatment) -> Checked:
    """Rows beyond five times the smallest class, drawn at random from the larger ones."""
    counts = Counter(data.labels)
    if len(counts) < 2:
        return None, data
    (largest, most), (smallest, least) = counts.most_common()[0], counts.most_common()[-1]
    if most <= LARGEST_RATIO * least:
        return None, data
    order = list(range(len(data)))
    Random(0).shuffle(order)  # noqa: S311 - the same rows each time
    taken: Counter[str] = Counter()
    beyond = []
    for place in order:
        taken[data.labels[place]] += 1
        if taken[data.labels[place]] > LARGEST_RATIO * least:
            beyond.append(place)
    about = {place: str(counts[data.labels[place]]) for place in sorted(beyond)}
    return finding_of(
        "imbalance",
        data,
        about,
        treatment,
        drop=about if treatment.action("imbalance") == "cap" else (),
        largest=largest,
        most=most,
        smallest=smallest,
        least=least,
        ratio=most / least,
        cap=LARGEST_RATIO * least,
    )
