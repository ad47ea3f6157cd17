"""The tables of the report as rows with named columns: for the page, the HTML file and the CSV alike."""

from core.classification.metrics.calibration import Calibration
from core.classification.metrics.confusion import Confusion, largest_confusions
from core.classification.metrics.precision_recall import PrecisionRecallCurve
from core.classification.metrics.roc import Roc
from core.classification.metrics.scores import Scores
from core.wording import Words

Row = dict[str, object]


def class_rows(scores: Scores, t: Words) -> list[Row]:
    """Every class that occurs, the lowest F1 first."""
    words = {name: t(f"classification.report.column.{name}") for name in _CLASS_COLUMNS}
    return [
        {
            words["class"]: score.label,
            words["f1"]: round(score.f1, 4),
            words["precision"]: round(score.precision, 4),
            words["recall"]: round(score.recall, 4),
            words["support"]: score.support,
            words["tp"]: score.true_positives,
            words["fp"]: score.false_positives,
            words["fn"]: score.false_negatives,
        }
        for score in sorted(scores.by_class, key=lambda score: (score.f1, score.label))
        if score.support + score.called
    ]


_CLASS_COLUMNS = ("class", "f1", "precision", "recall", "support", "tp", "fp", "fn")


def average_rows(scores: Scores, t: Words) -> list[Row]:
    """Macro, micro and weighted."""
    return [
        {
            t("classification.report.column.average"): t(f"classification.report.average.{average.name}"),
            t("classification.report.column.precision"): round(average.precision, 4),
            t("classification.report.column.recall"): round(average.recall, 4),
            t("classification.report.column.f1"): round(average.f1, 4),
        }
        for average in scores.averages
    ]


def confusion_rows(found: Confusion, t: Words, most: int = 50) -> list[Row]:
    """The fullest cells off the diagonal."""
    return [
        {
            t("classification.report.column.wanted"): pair.wanted,
            t("classification.report.column.predicted"): pair.predicted,
            t("classification.report.column.count"): pair.count,
            t("classification.report.column.share"): round(pair.share, 4),
            t("classification.report.column.back"): pair.back,
        }
        for pair in largest_confusions(found, most)
    ]


def matrix_rows(found: Confusion, t: Words) -> list[Row]:
    """The whole matrix, one row a class."""
    first = t("classification.report.column.wanted")
    return [
        {first: label, **{f"→ {name}": int(cell) for name, cell in zip(found.classes, row, strict=True)}}
        for label, row in zip(found.classes, found.counts, strict=True)
    ]


def curve_rows(roc: Roc, curves: tuple[PrecisionRecallCurve, ...], t: Words) -> list[Row]:
    """The two areas of every class, the smallest average precision first."""
    areas = {curve.label: curve.area for curve in roc.curves}
    return [
        {
            t("classification.report.column.class"): curve.label,
            t("classification.report.column.share"): round(curve.share, 4),
            t("classification.report.column.area"): round(areas[curve.label], 4),
            t("classification.report.column.average_precision"): round(curve.average_precision, 4),
        }
        for curve in sorted(curves, key=lambda curve: curve.average_precision)
        if curve.label in areas
    ]


def bin_rows(found: Calibration, t: Words) -> list[Row]:
    """The bins of the reliability diagram that hold texts."""
    return [
        {
            t("classification.report.column.bin"): f"{each.low:.1f}–{each.high:.1f}",
            t("classification.report.column.count"): each.count,
            t("classification.report.column.confidence"): round(each.confidence, 4),
            t("classification.report.column.accuracy"): round(each.accuracy, 4),
            t("classification.report.column.part"): round(found.part_of_error(place), 4),
        }
        for place, each in enumerate(found.bins)
        if each.count
    ]
