"""A trained method put before texts that it should refuse: every score of the lesson on both kinds."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.classification.classifier import Classifier
from core.classification.labelled_texts import Split
from core.classification.methods.table import method_named
from core.classification.metrics.out_of_scope import ScopeScore, nearest_cosine, scope_score, scope_scores
from core.classification.metrics.scope_texts import drawn_classes, without_classes
from core.classification.settings import TrainSettings
from core.embedding.embed import embed
from core.errors import GlassboxError

MOST_TRAINING = 4000
"""Training texts that are embedded for the distance; more would take too long on the page."""


@dataclass(frozen=True)
class ScopeCheck:
    """Texts of both kinds, what the method said, and every score."""

    method: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    labels_outside: tuple[str, ...]
    """Their own labels, for held-out classes; otherwise empty strings."""
    called: tuple[str, ...]
    """The class that each out-of-scope text would have been given."""
    scores: tuple[ScopeScore, ...]
    held_out: tuple[str, ...]
    """Classes that were taken out of the training; empty for off-topic texts."""

    def named(self, name: str) -> ScopeScore:
        """One of the scores."""
        return next(score for score in self.scores if score.name == name)


def off_topic_check(
    classifier: Classifier,
    split: Split,
    texts: Sequence[str],
    distance: bool = True,
    most_training: int = MOST_TRAINING,
) -> ScopeCheck:
    """The method as it is, on the test texts of the split and on texts from elsewhere.

    Raises:
        GlassboxError: no test texts, or an embedder that is not there.
    """
    learned = split.training.texts if distance else ()
    kinds = (split.test.texts, tuple(texts))
    return _checked(classifier, _spread(learned, most_training), kinds, ("",) * len(texts), ())


def held_out_check(
    split: Split, method: str, settings: TrainSettings | None = None, distance: bool = True
) -> ScopeCheck:
    """The method trained anew without some classes, whose test texts it should then refuse.

    Raises:
        GlassboxError: too few classes, no test texts of one kind, or an embedder that is not there.
    """
    held_out = drawn_classes(split)
    part = without_classes(split, held_out)
    chosen = method_named(method)
    classifier = chosen.fit(part, settings or chosen.settings(), lambda _: None)
    known = set(part.classes)
    places = {
        kind: [at for at, label in enumerate(split.test.labels) if (label in known) == (kind == "inside")]
        for kind in ("inside", "outside")
    }
    inside, outside = (split.test.at(places[kind]) for kind in ("inside", "outside"))
    learned = _spread(part.training.texts if distance else (), MOST_TRAINING)
    return _checked(classifier, learned, (inside.texts, outside.texts), outside.labels, held_out)


def _spread(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most `most` texts from all over."""
    return texts[:: max(1, -(-len(texts) // most))]


def _checked(
    classifier: Classifier,
    learned: tuple[str, ...],
    kinds: tuple[tuple[str, ...], tuple[str, ...]],
    labels: tuple[str, ...],
    held_out: tuple[str, ...],
) -> ScopeCheck:
    """All scores of texts (inside, outside); the distance to texts `learned`, if there are any."""
    inside, outside = kinds
    if not inside or not outside:
        raise GlassboxError("classification.report.error.scope_texts")
    strange = classifier.probabilities(outside)
    found = scope_scores(classifier.probabilities(inside), strange)
    if learned:
        vectors = embed([*learned, *inside, *outside]).vectors
        near = nearest_cosine(vectors[len(learned) :], vectors[: len(learned)])
        found = (*found, scope_score("distance", near[: len(inside)], near[len(inside) :]))
    called = tuple(classifier.classes[place] for place in strange.argmax(axis=1))
    return ScopeCheck(classifier.method, inside, outside, labels, called, found, held_out)
