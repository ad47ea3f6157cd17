"""SetFit-style tuning: pairs teach the encoder which texts belong together, then a head is fitted.

1. Contrastive tuning of the encoder on pairs of training rows (`contrastive`).
2. Logistic regression on the tuned vectors, after every epoch; the best on the validation part is kept.

Source: Tunstall et al. 2022, "Efficient Few-Shot Learning Without Prompts" (SetFit), section 3.
"""

from pathlib import Path

from core.classification.labelled_texts import Split
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.classification.tuning.contrastive import ContrastiveTuning
from core.classification.tuning.encoder import layers_of, own_encoder
from core.classification.tuning.epochs import tune
from core.classification.tuning.layer_rates import set_trainable
from core.classification.tuning.network import TextClassifier
from core.classification.tuning.rows import fitted_head, tuning_rows, validated
from core.classification.tuning.tuned import TunedClassifier, changed_tensors, finished, read_tuned

METHOD = "setfit"


def fit(
    split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None
) -> TunedClassifier:
    """Tune the encoder by pairs, then fit the head.

    Raises:
        GlassboxError: fewer than two classes, a damaged checkpoint, or a full disk.
    """
    report({"done": 0.0})
    rows = tuning_rows(split, settings)
    network = TextClassifier(own_encoder(), len(rows.classes), settings.dropout)
    set_trainable(network.encoder, len(layers_of(network.encoder)))
    network.head.requires_grad_(False)
    training = ContrastiveTuning(network, rows.training, rows.targets, settings)

    def validate() -> tuple[float, float] | None:
        network.start_head(fitted_head(network, rows, settings.inverse_penalty, report))
        return validated(network, rows, report)

    epochs = tune(training, validate, report, checkpoint)
    head = fitted_head(network, rows, settings.inverse_penalty, report)
    network.start_head(head)
    tensors = changed_tensors(network, [*training.trained, "head.weight", "head.bias"])
    return TunedClassifier(
        METHOD,
        rows.classes,
        finished(network),
        settings.longest,
        tensors,
        training.parameters_trained + head.parameters,
        epochs,
        {"pairs": settings.pairs},
    )


def load(folder: Path) -> TunedClassifier:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered, is incomplete or comes from another version.
    """
    return read_tuned(folder, METHOD)
