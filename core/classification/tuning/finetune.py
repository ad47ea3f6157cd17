"""Fine-tuning MiniLM, or its top layers, end to end.

1. Texts become token ids; the rows are batched by length.
2. The head is fitted to the frozen encoder's vectors (the probe), so that its first gradients tell the
   encoder something; a random head would first undo what the encoder knows (Kumar et al. 2022).
3. Head and layers learn together: see `fine_tuning`, `layer_rates`, `epochs`.
"""

from pathlib import Path

from core.classification.labelled_texts import Split
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import own_encoder
from core.classification.tuning.epochs import Epoch, tune
from core.classification.tuning.fine_tuning import FineTuning
from core.classification.tuning.layer_rates import HEAD_FACTOR, set_trainable
from core.classification.tuning.network import TextClassifier
from core.classification.tuning.rows import TuningRows, fitted_head, tuning_rows, validated
from core.classification.tuning.tuned import TunedClassifier, changed_tensors, finished, read_tuned

METHOD = "finetune"


def fit(
    split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None
) -> TunedClassifier:
    """Tune `settings.layers` layers and the head.

    Raises:
        GlassboxError: fewer than two classes, a damaged checkpoint, or a full disk.
    """
    report({"done": 0.0})
    rows = tuning_rows(split, settings)
    network = TextClassifier(own_encoder(), len(rows.classes), settings.dropout)
    set_trainable(network.encoder, settings.layers)
    training, epochs = tuned_network(network, rows, settings, report, checkpoint)
    tensors = changed_tensors(network, list(training.trained))
    return TunedClassifier(
        METHOD,
        rows.classes,
        finished(network),
        settings.longest,
        tensors,
        training.parameters_trained,
        epochs,
        {"layers": settings.layers},
    )


def tuned_network(
    network: TextClassifier,
    rows: TuningRows,
    settings: TrainSettings,
    report: Report,
    checkpoint: Path | None,
    head_factor: float = HEAD_FACTOR,
) -> tuple[FineTuning, tuple[Epoch, ...]]:
    """Start the head and run the epochs; what LoRA shares with fine-tuning."""
    if settings.head == "probe":
        network.start_head(fitted_head(network, rows, settings.inverse_penalty, report))
    training = FineTuning(network, rows.training, rows.targets, settings, rows.class_weights, head_factor)
    epochs = tune(training, lambda: validated(network, rows, report), report, checkpoint)
    return training, epochs


def load(folder: Path) -> TunedClassifier:
    """Read what `save` wrote.

    Raises:
        GlassboxError: the folder was altered, is incomplete or comes from another version.
    """
    return read_tuned(folder, METHOD)
