"""LoRA: the encoder stays as it is, and small matrices beside its products learn.

    W' = W + (alpha / r) B A,      A (r, in) random, B (out, r) zero at first

With rank 8 at every product of MiniLM's layers that is 3 % of what fine-tuning changes. The adapters are
peft's; afterwards they are added to the weights, so that predicting costs nothing more.

Source: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1. The paper adapts
the attention's queries and values; here every product of a layer is adapted, as Dettmers et al. 2023,
"QLoRA", section 4, found to be needed to equal full fine-tuning.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from core.classification.labelled_texts import Split
from core.classification.methods.table import Report
from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import own_encoder
from core.classification.tuning.finetune import tuned_network
from core.classification.tuning.network import TextClassifier
from core.classification.tuning.rows import tuning_rows
from core.classification.tuning.tuned import TunedClassifier, changed_tensors, finished, read_tuned

METHOD = "lora"
PRODUCTS = ("query", "key", "value", "dense")
"""The modules of a layer whose weights are adapted."""
ALPHA = 2
"""alpha / r: the factor of B A."""


def fit(
    split: Split, settings: TrainSettings, report: Report, checkpoint: Path | None = None
) -> TunedClassifier:
    """Tune adapters of rank `settings.rank` and the head.

    Raises:
        GlassboxError: fewer than two classes, a damaged checkpoint, or a full disk.
    """
    report({"done": 0.0})
    rows = tuning_rows(split, settings)
    network = TextClassifier(own_encoder(), len(rows.classes), settings.dropout)
    add_adapters(network, settings.rank, settings.seed)
    training, epochs = tuned_network(network, rows, settings, report, checkpoint, head_factor=1.0)
    tensors = changed_tensors(network, list(training.trained))
    merge_adapters(network)
    return TunedClassifier(
        METHOD,
        rows.classes,
        finished(network),
        settings.longest,
        tensors,
        training.parameters_trained,
        epochs,
        {"rank": settings.rank},
    )


def add_adapters(network: TextClassifier, rank: int, seed: int) -> None:
    """Freeze the encoder and put A and B beside each product of its layers; B is zero, so nothing changes."""
    torch.manual_seed(seed)
    network.encoder.requires_grad_(False)
    config = LoraConfig(r=rank, lora_alpha=ALPHA * rank, target_modules=list(PRODUCTS), lora_dropout=0.0)
    network.encoder = get_peft_model(network.encoder, config)


def merge_adapters(network: TextClassifier) -> None:
    """Add (alpha / r) B A to each weight and leave a plain encoder."""
    network.encoder = network.encoder.merge_and_unload()


def load(folder: Path) -> TunedClassifier:
    """Read what `save` wrote; the adapters are merged.

    Raises:
        GlassboxError: the folder was altered, is incomplete or comes from another version.
    """

    def prepare(network: TextClassifier, about: Mapping[str, Any]) -> None:
        rank = about["rank"]
        if not isinstance(rank, int) or not 1 <= rank <= 64:
            raise ValueError(rank)
        add_adapters(network, rank, seed=0)

    return read_tuned(folder, METHOD, prepare, merge_adapters)
