"""Orders and passages as tensors, and how a model scores on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.memory.lora.task import Order
from core.shelf.convert import converted_folder

MODEL = "smollm2-135m"
END = 2
"""The model's end-of-text token: also fills up short rows, where it counts for nothing."""
IGNORED = -100
"""The label of a token that is read but not learned."""

Batch = dict[str, Tensor]
"""`input_ids`, `attention_mask`, `labels`, each (rows, tokens)."""


@dataclass(frozen=True)
class Score:
    """What held-out examples say."""

    loss: float
    """Nats for each token of the answers."""
    exact: float
    """Share of answers that greedy decoding would write to the last token."""


def open_tokenizer() -> Tokenizer:
    """The shelf model's own."""
    return Tokenizer.from_file(str(converted_folder(MODEL) / "tokenizer.json"))


def order_batch(tokenizer: Tokenizer, orders: Sequence[Order]) -> Batch:
    """One row an order; only the record and the end behind it are to be learned."""
    rows, labels = [], []
    for order in orders:
        asked = tokenizer.encode(order.prompt).ids
        answer = [*tokenizer.encode(order.record).ids, END]
        rows.append([*asked, *answer])
        labels.append([IGNORED] * len(asked) + answer)
    return _padded(rows, labels)


def passage_batch(tokenizer: Tokenizer, passages: Sequence[str]) -> Batch:
    """One row a passage; every token behind the first is to be foretold."""
    rows = [tokenizer.encode(passage).ids for passage in passages]
    return _padded(rows, rows)


def _padded(rows: list[list[int]], labels: list[list[int]]) -> Batch:
    longest = max(map(len, rows))

    def filled(lists: list[list[int]], filling: int) -> Tensor:
        return torch.tensor([row + [filling] * (longest - len(row)) for row in lists])

    mask = filled([[1] * len(row) for row in rows], 0)
    return {"input_ids": filled(rows, END), "attention_mask": mask, "labels": filled(labels, IGNORED)}


@torch.inference_mode()
def score(model: nn.Module, batch: Batch) -> Score:
    """Loss and exact answers; what is learned is left as it is.

    An answer is exact if every one of its tokens is the likeliest behind the right tokens before it: then
    greedy decoding takes the same way.
    """
    training = model.training
    model.eval()
    length = batch["input_ids"].shape[1]
    found = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    logits = found.logits[:, -length:]  # virtual tokens stand before
    model.train(training)
    ahead, wanted = logits[:, :-1], batch["labels"][:, 1:]
    counted = wanted != IGNORED
    loss = cross_entropy(ahead[counted], wanted[counted])
    right = (ahead.argmax(-1) == wanted) | ~counted
    return Score(float(loss), float(right.all(1).float().mean()))
