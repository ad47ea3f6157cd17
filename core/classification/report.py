"""The report of one trained method: every figure of its test predictions, computed once."""

from dataclasses import dataclass
from math import isnan

from core.classification.metrics.calibration import Calibration, calibration
from core.classification.metrics.confusion import Confusion, confusion
from core.classification.metrics.intervals import bootstrap_estimates
from core.classification.metrics.log_loss import LogLoss, log_loss
from core.classification.metrics.precision_recall import PrecisionRecallCurve, precision_recall
from core.classification.metrics.roc import Roc, roc
from core.classification.metrics.scores import Scores, scores
from core.classification.metrics.temperature import Temperature, fitted_temperature, rescaled
from core.classification.predictions import Predictions
from core.intervals import Estimate


@dataclass(frozen=True)
class Scaled:
    """What a temperature fitted on validation does to the test texts."""

    temperature: Temperature
    predictions: Predictions
    calibration: Calibration
    log_loss: float


@dataclass(frozen=True)
class Report:
    """All of it."""

    data: str
    """What the data are called."""
    method: str
    predictions: Predictions
    confusion: Confusion
    scores: Scores
    roc: Roc
    precision_recall: tuple[PrecisionRecallCurve, ...]
    log_loss: LogLoss
    calibration: Calibration
    scaled: Scaled | None
    """None where there were no validation texts."""
    estimates: dict[str, Estimate]
    """accuracy, macro_f1, weighted_f1 and log_loss with their intervals."""

    @property
    def unlearned(self) -> int:
        """Test texts whose label was never learned: wrong by necessity, and part of no curve."""
        return len(self.predictions.texts) - len(self.log_loss.predictions.texts)


def report_of(data: str, method: str, test: Predictions, validation: Predictions | None = None) -> Report:
    """Every figure of the report.

    Args:
        data: its name.
        method: what made the predictions.
        test: predictions that the figures are about.
        validation: what a temperature is fitted on; None or without a known label leaves that out.

    Raises:
        GlassboxError: no test text has a label that was learned.
    """
    found = confusion(test)
    known = validation is not None and not set(validation.wanted).isdisjoint(validation.classes)
    return Report(
        data=data,
        method=method,
        predictions=test,
        confusion=found,
        scores=scores(found),
        roc=roc(test),
        precision_recall=precision_recall(test),
        log_loss=log_loss(test),
        calibration=calibration(test),
        scaled=_scaled(test, validation) if validation is not None and known else None,
        estimates=bootstrap_estimates(test),
    )


def _scaled(test: Predictions, validation: Predictions) -> Scaled:
    fitted = fitted_temperature(validation)
    after = rescaled(test, fitted.value)
    return Scaled(fitted, after, calibration(after), log_loss(after).mean)


def summary(report: Report) -> dict[str, float | int | str | None]:
    """The headline figures, by the names that the commands use."""
    area = report.roc.macro_area
    return {
        "data": report.data,
        "method": report.method,
        "rows": report.scores.total,
        "accuracy": report.scores.accuracy,
        "macro_f1": report.scores.macro.f1,
        "weighted_f1": report.scores.weighted.f1,
        "log_loss": report.log_loss.mean,
        "roc_auc_macro": None if isnan(area) else area,
        "ece": report.calibration.error,
        "temperature": report.scaled.temperature.value if report.scaled else None,
        "ece_scaled": report.scaled.calibration.error if report.scaled else None,
    }
