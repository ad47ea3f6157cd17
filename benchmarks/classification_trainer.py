"""Fine-tuning by transformers' Trainer, epoch by epoch in turn with ours: same start, rows, limits and plan.

Both tune MiniLM's layers and a head that starts from the same numbers; the table of token vectors is frozen
in both. The Trainer has what its documentation recommends: batches filled to their longest text, shuffled.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertModel, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from core.classification.settings import TrainSettings
from core.classification.tuning.encoder import own_encoder
from core.classification.tuning.fine_tuning import FineTuning
from core.classification.tuning.layer_rates import HEAD_FACTOR, WARM_UP, set_trainable
from core.classification.tuning.network import TextClassifier, computed
from core.classification.tuning.rows import TuningRows, fitted_head
from core.embedding.embedders import mean_pool

Rows = Sequence[Sequence[int]]


class PeerModel(nn.Module):
    """transformers' BERT with its own fused attention and dropout, the mean and a head: our twin."""

    def __init__(self, start: TextClassifier) -> None:
        super().__init__()
        self.encoder = BertModel(start.encoder.config, add_pooling_layer=False)
        self.encoder.set_attn_implementation("sdpa")
        self.encoder.load_state_dict(start.encoder.state_dict())
        set_trainable(self.encoder, start.encoder.config.num_hidden_layers)
        self.head = nn.Linear(start.head.in_features, start.head.out_features)
        self.head.load_state_dict(start.head.state_dict())
        self.scale = start.scale

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None
    ) -> dict[str, Tensor]:
        """The loss where labels are given, and the logits."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits = self.head(self.scale * mean_pool(hidden, attention_mask))
        found = {"logits": logits}
        if labels is not None:
            found["loss"] = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
        return found


@dataclass
class Turns:
    """Seconds of each epoch, ours and the Trainer's, and what both said in the end."""

    ours: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    our_accuracy: float = 0.0
    peer_accuracy: float = 0.0
    parameters: int = 0


class _InTurn(TrainerCallback):
    """Stops the Trainer's clock after each of its epochs and runs one of ours."""

    def __init__(self, turns: Turns, training: FineTuning) -> None:
        self.turns, self.training = turns, training
        self.started = 0.0

    def on_epoch_begin(self, *given: Any, **named: Any) -> None:
        """The Trainer's epoch begins."""
        self.started = perf_counter()

    def on_epoch_end(self, *given: Any, **named: Any) -> None:
        """It ends; now ours."""
        self.turns.peer.append(perf_counter() - self.started)
        begun = perf_counter()
        self.training.run_epoch(len(self.turns.ours), lambda done, steps, loss: None)
        self.turns.ours.append(perf_counter() - begun)


def in_turn(rows: TuningRows, settings: TrainSettings, batch_rows: int, half: bool) -> Turns:
    """Train both for `settings.epochs` epochs; accuracy is on the validation part.

    Args:
        rows: what is learned from and measured on.
        settings: for both.
        batch_rows: the Trainer's batch: as many rows as ours have on average.
        half: whether the Trainer computes in bfloat16 (ours does where the processor has units for it).
    """
    torch.manual_seed(settings.seed)
    network = TextClassifier(own_encoder(), len(rows.classes), settings.dropout)
    set_trainable(network.encoder, settings.layers)
    network.start_head(fitted_head(network, rows, settings.inverse_penalty))
    peer = PeerModel(network)
    training = FineTuning(network, rows.training, rows.targets, settings, rows.class_weights)
    turns = Turns(parameters=training.parameters_trained)
    with tempfile.TemporaryDirectory() as folder:
        trainer = _trainer(peer, rows, settings, batch_rows, half, folder)
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(_InTurn(turns, training))
        trainer.train()
    turns.our_accuracy = float((computed(network, rows.validation).argmax(1) == rows.wanted).mean())
    turns.peer_accuracy = _peer_accuracy(peer, rows)
    return turns


def _trainer(
    peer: PeerModel, rows: TuningRows, settings: TrainSettings, batch_rows: int, half: bool, folder: str
) -> Trainer:
    os.environ["WANDB_DISABLED"] = "true"
    data = [
        {"input_ids": list(ids), "label": int(target)}
        for ids, target in zip(rows.training, rows.targets, strict=True)
    ]
    arguments = TrainingArguments(
        output_dir=folder,
        use_cpu=not torch.cuda.is_available(),
        bf16=half,
        per_device_train_batch_size=batch_rows,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=round(WARM_UP * settings.epochs * len(data) / batch_rows),
        lr_scheduler_type="cosine",
        max_grad_norm=1.0,
        seed=settings.seed,
        save_strategy="no",
        eval_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )
    groups = [
        {"params": [p for p in peer.encoder.parameters() if p.requires_grad], "lr": settings.learning_rate},
        {"params": list(peer.head.parameters()), "lr": HEAD_FACTOR * settings.learning_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    return Trainer(
        model=peer,
        args=arguments,
        train_dataset=data,
        data_collator=_filled,
        optimizers=(optimizer, None),
    )


def _filled(examples: list[dict[str, Any]]) -> dict[str, Tensor]:
    """Filled to the longest text of the batch, as `DataCollatorWithPadding` does."""
    longest = max(len(example["input_ids"]) for example in examples)
    ids = np.zeros((len(examples), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, example in enumerate(examples):
        ids[place, : len(example["input_ids"])] = example["input_ids"]
        mask[place, : len(example["input_ids"])] = 1
    return {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(mask),
        "labels": torch.tensor([example["label"] for example in examples]),
    }


@torch.inference_mode()
def _peer_accuracy(peer: PeerModel, rows: TuningRows) -> float:
    peer.eval()
    right = 0
    for start in range(0, len(rows.validation), 64):
        part = [{"input_ids": ids, "label": 0} for ids in rows.validation[start : start + 64]]
        batch = _filled(part)
        found = peer(batch["input_ids"], batch["attention_mask"])["logits"].argmax(1).numpy()
        right += int((found == rows.wanted[start : start + 64]).sum())
    return right / max(1, len(rows.validation))
