"""How long MiniLM takes in each format that this processor can run: in turn, round after round.

Interleaved, so that a busy moment hits all formats alike; of each the median and the quartiles. The
formats: float32; weights and computing cast to float16 and to bfloat16; float32 weights under torch's
autocast; int8 weights and inputs in torch's integer kernel; 4-bit weights unpacked for every product.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import torch
from torch import nn

from core.embedding.embedders import mean_pool
from core.memory.quantise.linear_layers import Int8Linear, UnpackedLinear, with_layers
from core.memory.quantise.minilm import MODEL, matrices
from core.memory.quantise.sentence_pairs import shipped_pairs
from core.memory.quantise.speed_load import LENGTHS, RUNNABLE, check_load
from core.memory.quantise.weight_formats import predicted_bytes
from core.shelf.load import load_encoder

KEPT_AS = {"autocast": "fp32", "int8": "int8-channel"}
"""The format of the weights where it has another name."""
FEWEST_ROUNDS, LONGEST_SECONDS = 3, 12.0
"""A load is measured no longer than this, but for the fewest rounds."""


@dataclass(frozen=True)
class SpeedRow:
    """One format under one load."""

    name: str
    batch: int
    length: int
    milliseconds: float
    low: float
    high: float
    """Quartiles."""
    rounds: int
    bytes: int
    """Of the linear layers' weights."""
    cosine: float
    """Of the worst text's vector with float32's."""


@dataclass(frozen=True)
class SpeedRun:
    """All formats under some loads."""

    rows: tuple[SpeedRow, ...]
    missing: tuple[str, ...]
    """Formats for which torch offers no kernel on this processor."""
    rounds: int
    """Of the load that had fewest: a slow machine stops early."""
    threads: int
    capability: str
    """The widest vector instructions that torch uses here."""
    tiles: bool
    """Whether the processor multiplies bfloat16 and int8 in matrix tiles (AMX)."""

    @property
    def loads(self) -> tuple[tuple[int, int], ...]:
        """Batch and length, in the order measured."""
        return tuple(dict.fromkeys((row.batch, row.length) for row in self.rows))

    def of(self, name: str, load: tuple[int, int]) -> SpeedRow | None:
        """The row of that format and load, if it ran."""
        rows = (row for row in self.rows if (row.name, row.batch, row.length) == (name, *load))
        return next(rows, None)

    def fastest(self, load: tuple[int, int]) -> str:
        """The format with the smallest median under that load."""
        rows = (row for row in self.rows if (row.batch, row.length) == load)
        return min(rows, key=lambda row: row.milliseconds).name

    def times_as_fast(self, name: str, load: tuple[int, int]) -> float | None:
        """Float32's time in that of the format."""
        row, plain = self.of(name, load), self.of("fp32", load)
        return plain.milliseconds / row.milliseconds if row and plain else None


@dataclass(frozen=True)
class _Variant:
    name: str
    module: Any
    autocast: bool = False

    def around(self) -> AbstractContextManager[Any]:
        return torch.autocast("cpu", torch.bfloat16) if self.autocast else nullcontext()

    def vectors(self, inputs: dict[str, Any]) -> torch.Tensor:
        with torch.inference_mode(), self.around():
            hidden = self.module(**inputs).last_hidden_state
        return mean_pool(hidden.float(), inputs["attention_mask"])


def run_speed(
    loads: Sequence[tuple[int, int]],
    rounds: int = 7,
    names: Sequence[str] = RUNNABLE,
    report: Callable[[float], None] | None = None,
) -> SpeedRun:
    """Measure every format under every load.

    Args:
        loads: texts at once and tokens of each.
        rounds: how often each is timed at most, after one round to warm up.
        names: of `RUNNABLE`; fp32 must be among them.
        report: told the fraction done.

    Raises:
        GlassboxError: a load is too large, or the model is not in order.
    """
    for load in loads:
        check_load(*load)
    variants, missing = _variants(names)
    rows: list[SpeedRow] = []
    for place, (batch, length) in enumerate(loads):
        for fraction, found in _measure(variants, batch, length, rounds):
            rows += found
            if report is not None:
                report((place + fraction) / len(loads))
    return SpeedRun(
        rows=tuple(rows),
        missing=missing,
        rounds=min(row.rounds for row in rows),
        threads=torch.get_num_threads(),
        capability=torch.backends.cpu.get_cpu_capability(),
        tiles=bool(torch.cpu._is_amx_tile_supported()),
    )


def _variants(names: Sequence[str]) -> tuple[list[_Variant], tuple[str, ...]]:
    module, _ = load_encoder(MODEL)
    inputs = _inputs(1, 4)
    made, missing = [], []
    for name in names:
        try:
            variant = _variant(name, module)
            variant.vectors(inputs)
            made.append(variant)
        except RuntimeError:  # torch has no kernel for this format on this processor: the page says so
            missing.append(name)
    return made, tuple(missing)


def _variant(name: str, module: nn.Module) -> _Variant:
    if name in ("fp16", "bf16"):
        return _Variant(name, deepcopy(module).to(torch.float16 if name == "fp16" else torch.bfloat16))
    if name == "int8":
        return _Variant(name, with_layers(module, Int8Linear))
    if name == "nf4":
        return _Variant(name, with_layers(module, UnpackedLinear))
    return _Variant(name, module, autocast=name == "autocast")


def _inputs(batch: int, length: int) -> dict[str, Any]:
    """Texts of exactly that length, each cut from the project's sentences at another place."""
    _, tokenizer = load_encoder(MODEL)
    joined = " ".join(f"{pair.first} {pair.second}" for pair in shipped_pairs())
    ids = tokenizer.encode(joined, add_special_tokens=False).ids
    places = [7 * text % (len(ids) - LENGTHS[1]) for text in range(batch)]
    rows = torch.tensor([ids[place : place + length] for place in places])
    return {"input_ids": rows, "attention_mask": torch.ones_like(rows)}


def _measure(
    variants: list[_Variant], batch: int, length: int, rounds: int
) -> Iterator[tuple[float, list[SpeedRow]]]:
    """The fraction done after each round, and the rows after the last."""
    inputs = _inputs(batch, length)
    vectors = {variant.name: variant.vectors(inputs) for variant in variants}
    times: dict[str, list[float]] = {variant.name: [] for variant in variants}
    begun = perf_counter()
    for finished in range(rounds):
        if finished >= FEWEST_ROUNDS and perf_counter() - begun > LONGEST_SECONDS:
            break
        for variant in variants:
            started = perf_counter()
            variant.vectors(inputs)
            times[variant.name].append(1000 * (perf_counter() - started))
        yield (finished + 1) / (rounds + 1), []
    rows = []
    for name, values in times.items():
        low, _, high = quantiles(values, n=4, method="inclusive")
        cosine = float((vectors[name] * vectors["fp32"]).sum(dim=1).min())
        size = linear_bytes(name)
        rows.append(SpeedRow(name, batch, length, median(values), low, high, len(values), size, cosine))
    yield 1.0, rows


def linear_bytes(name: str) -> int:
    """Bytes of the linear layers' weights as a runnable format keeps them."""
    return sum(
        predicted_bytes(tuple(matrix.weights.shape), KEPT_AS.get(name, name)) for matrix in matrices("linear")
    )
