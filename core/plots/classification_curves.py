"""ROC and precision-recall curves of a few classes, and the area of every class."""

import numpy as np
import plotly.graph_objects as go

from core.classification.metrics.precision_recall import PrecisionRecallCurve
from core.classification.metrics.ranking import thinned
from core.classification.metrics.roc import Roc, RocCurve
from core.plots.classification_label import class_label
from core.plots.legend import legend_below
from core.plots.theme import PALETTE, figure
from core.wording import Words

POINTS = 200
"""Of one curve that are drawn."""
MOST_CURVES = 7


def roc_figure(found: Roc, chosen: tuple[str, ...], t: Words) -> go.Figure:
    """The chosen classes, at most seven, and the micro average; the diagonal is chance."""
    drawn = figure(
        t("classification.report.roc.title"),
        t("classification.report.roc.x"),
        t("classification.report.roc.y"),
        height=460,
    )
    _add_chance(drawn, t("classification.report.roc.chance"))
    if found.micro is not None:
        name = t("classification.report.roc.micro", area=found.micro.area)
        _add_roc(drawn, found.micro, name, {"color": PALETTE.neutral, "dash": "dash", "width": 2}, t)
    curves = {curve.label: curve for curve in found.curves}
    for place, label in enumerate(name for name in chosen[:MOST_CURVES] if name in curves):
        curve = curves[label]
        name = t("classification.report.roc.line", label=class_label(label), area=curve.area)
        _add_roc(drawn, curve, name, _line(place), t)
    return _unit_square(drawn)


def precision_recall_figure(
    found: tuple[PrecisionRecallCurve, ...], chosen: tuple[str, ...], t: Words
) -> go.Figure:
    """The chosen classes; a dotted line for each at its share, which is what chance reaches."""
    drawn = figure(
        t("classification.report.pr.title"),
        t("classification.report.pr.x"),
        t("classification.report.pr.y"),
        height=460,
    )
    curves = {curve.label: curve for curve in found}
    for place, label in enumerate(name for name in chosen[:MOST_CURVES] if name in curves):
        curve = curves[label]
        recall, precision, thresholds = thinned(curve.recall, curve.precision, curve.thresholds, most=POINTS)
        # The first texts taken hold down to recall 0.
        recall, precision = np.append(0.0, recall), np.append(precision[0], precision)
        thresholds = np.append(thresholds[0], thresholds)
        drawn.add_scatter(
            x=recall,
            y=precision,
            mode="lines",
            line={**_line(place), "shape": "vh"},
            name=t("classification.report.pr.line", label=class_label(label), area=curve.average_precision),
            customdata=thresholds,
            hovertemplate=t("classification.report.pr.hover") + "<extra>%{fullData.name}</extra>",
        )
        drawn.add_hline(y=curve.share, line={"color": _line(place)["color"], "width": 1, "dash": "dot"})
    return _unit_square(drawn)


def _add_chance(drawn: go.Figure, name: str) -> None:
    drawn.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": PALETTE.neutral, "dash": "dot", "width": 1},
        name=name,
        hoverinfo="skip",
    )


def _add_roc(drawn: go.Figure, curve: RocCurve, name: str, line: dict[str, object], t: Words) -> None:
    x, y, thresholds = thinned(
        curve.false_positive_rate, curve.true_positive_rate, curve.thresholds, most=POINTS
    )
    drawn.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line=line,
        name=name,
        customdata=np.minimum(thresholds, 1.0),
        hovertemplate=t("classification.report.roc.hover") + "<extra>%{fullData.name}</extra>",
    )


def _line(place: int) -> dict[str, object]:
    of = place % len(PALETTE.series)
    return {"color": PALETTE.series[of], "dash": PALETTE.dashes[of], "width": 2.5}


def _unit_square(drawn: go.Figure) -> go.Figure:
    drawn.update_xaxes(range=[-0.02, 1.02])
    drawn.update_yaxes(range=[-0.02, 1.04])
    legend_below(drawn)
    return drawn
