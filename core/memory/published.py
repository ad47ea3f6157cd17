"""Figures that papers and manuals print, beside our own: where they agree and where they do not.

Each row names its source and is recomputed when it is read. Where a published figure contradicts
itself or says more than its parts, `note` names the text that says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.memory.key_value_cache import cache_bytes_per_token
from core.memory.korthikanti import block_activations
from core.memory.layout import layout
from core.memory.number_formats import BYTES
from core.memory.plan import plan_from
from core.memory.predict import predict, zero_model_states
from core.memory.presets import preset

MEBIBYTE = 2**20
BERT_BUFFERS = 2 * 512 * 8
"""BERT's numbered positions and token types, 512 whole numbers of 8 bytes each, stored beside the weights."""


@dataclass(frozen=True)
class PublishedFigure:
    """One printed number and ours."""

    name: str
    """`memory.predict.published.<name>` says what was computed."""
    published: float
    unit: str
    source: str
    tolerance: float
    """Relative: half the last digit that is printed, or more where it is printed as approximate."""
    compute: Callable[[], float]
    note: str = ""
    """Of the texts `memory.predict.note.*`."""

    @property
    def ours(self) -> float:
        """The same computed here."""
        return self.compute()

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than the tolerance; where not, `note` says what is known."""
        return abs(self.ours - self.published) <= self.tolerance * self.published


def published_figures() -> tuple[PublishedFigure, ...]:
    """All of them."""
    return (*_zero(), *_low_rank(), *_caches(), *_bert(), *_activations(), *_bytes_a_parameter())


def _zero() -> tuple[PublishedFigure, ...]:
    source = "Rajbhandari et al. 2019, ZeRO, figure 1 (7.5 billion parameters, 64 devices, K = 12)"

    def row(stage: int, printed: float) -> PublishedFigure:
        compute = lambda: zero_model_states(7.5e9, stage, 64) / 1e9  # noqa: E731
        return PublishedFigure(f"zero_{stage}", printed, "GB", source, 0.05 / printed, compute)

    return tuple(row(stage, printed) for stage, printed in enumerate((120.0, 31.4, 16.6, 1.9)))


def _low_rank() -> tuple[PublishedFigure, ...]:
    lora = "Hu et al. 2021, LoRA, section 4.2"
    qlora = "Dettmers et al. 2023, QLoRA, section 2"
    adapter = {"preset": "gpt3-175b", "method": "lora", "rank": 4, "targets": "q,v", "adapter_format": "fp16"}
    four_bit = {"preset": "llama-7b", "method": "qlora", "dtype": "bf16"}
    return (
        PublishedFigure(
            "lora_checkpoint",
            35,
            "MiB",
            lora,
            0.05,
            lambda: predict(plan_from(adapter)).adapter_bytes / MEBIBYTE,
            "lora_checkpoint",
        ),
        PublishedFigure(
            "gpt3_weights",
            350,
            "GB",
            lora,
            0.005,
            lambda: 2 * layout(preset("gpt3-175b")).parameters / 1e9,
        ),
        PublishedFigure(
            "qlora_adapter",
            26,
            "MiB",
            qlora,
            0.02,
            lambda: 0.002 * layout(preset("llama-7b")).parameters * BYTES["bf16"] / MEBIBYTE,
            "qlora_adapter",
        ),
        PublishedFigure(
            "qlora_base",
            5048,
            "MB",
            qlora,
            0.5 / 5048,
            lambda: predict(plan_from(four_bit)).bytes_of("weights") / 1e6,
            "qlora_base",
        ),
    )


def _caches() -> tuple[PublishedFigure, ...]:
    source = (
        "Touvron et al. 2023, Llama 2, section 2.2 and table 1: 2 x layers x key/value heads x 128 x 2 bytes"
    )
    return tuple(
        PublishedFigure(
            f"cache_{size}",
            printed,
            "bytes",
            source,
            0.0,
            lambda size=size: float(cache_bytes_per_token(preset(f"llama-2-{size}"))),  # type: ignore[misc]
        )
        for size, printed in (("7b", 524_288), ("70b", 327_680))
    )


def _bert() -> tuple[PublishedFigure, ...]:
    def compute() -> float:
        return (4 * layout(preset("bert-base-cased")).parameters + BERT_BUFFERS) / MEBIBYTE

    source = "Hugging Face accelerate, documentation of estimate-memory (bert-base-cased, float32)"
    return (
        PublishedFigure("bert_base_cased", 413.18, "MiB", source, 0.005 / 413.18, compute, "bert_base_cased"),
    )


def _activations() -> tuple[PublishedFigure, ...]:
    source = "Korthikanti et al. 2022, table 2 and section 5 (GPT-3: s = 2048, h = 12288, a = 96)"
    size = 2048 * 12288

    def share(kind: str) -> float:
        return block_activations(2048, 1, 12288, 96, checkpointing=kind) / size

    return (
        PublishedFigure("korthikanti_full", 114, "s b h", source, 0.0, lambda: share("none")),
        PublishedFigure("korthikanti_selective", 34, "s b h", source, 0.0, lambda: share("selective")),
        PublishedFigure("korthikanti_recomputed", 2, "s b h", source, 0.0, lambda: share("full")),
    )


def _bytes_a_parameter() -> tuple[PublishedFigure, ...]:
    def compute(dtype: str) -> float:
        answer = predict(plan_from({"preset": "gpt3-6.7b", "method": "full", "dtype": dtype}))
        kept = sum(answer.bytes_of(name) for name in ("weights", "gradients", "states", "master"))
        return kept / answer.parameters

    zero = "Rajbhandari et al. 2019, ZeRO, section 3.1"
    megatron = "Narayanan et al. 2021, Megatron-LM: gradients summed in float32"
    return (
        PublishedFigure("mixed", 16, "bytes", zero, 1e-6, lambda: compute("mixed"), "mixed"),
        PublishedFigure(
            "mixed_fp32", 18, "bytes", megatron, 1e-6, lambda: compute("mixed-fp32-gradients"), "mixed"
        ),
    )
