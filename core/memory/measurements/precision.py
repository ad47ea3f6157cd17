"""Measured for the precision lab: what rounding does to MiniLM's scores, and how fast formats run."""

from core.curriculum.question import Measurement
from core.memory.quantise.minilm import matrices
from core.memory.quantise.outlier import real_outlier
from core.memory.quantise.sentence_pairs import shipped_pairs
from core.memory.quantise.similarity import score_change
from core.memory.quantise.speed import run_speed
from core.memory.quantise.speed_load import RUNNABLE, SHORT
from core.memory.quantise.survey import survey

FORMATS = ("fp32", "bf16", "int8", "int8-channel", "nf4")
WORST = "0.down"


def int8_against_nf4(small: bool = False) -> Measurement:
    """The mean change of a score in int8 with one scale a matrix, over that in NF4."""
    pairs = shipped_pairs()[::3] if small else shipped_pairs()
    reports = {name: survey(name, pairs, "linear", block=64, double=True) for name in FORMATS}
    plain = reports["fp32"]
    changes = {name: score_change(plain.scores, report.scores) for name, report in reports.items()}
    worst = real_outlier(next(matrix for matrix in matrices("linear") if matrix.label == WORST))
    return Measurement(
        value=changes["int8"].mean / changes["nf4"].mean,
        values={
            "pairs": len(pairs),
            "int8": changes["int8"].mean,
            "nf4": changes["nf4"].mean,
            "row": changes["int8-channel"].mean,
            "bf16": changes["bf16"].mean,
            "widest": worst.widest,
            "zeroed": worst.zeroed,
            "smaller": plain.model_bytes / reports["int8"].model_bytes,
            "bits": reports["nf4"].bits,
        },
        note_key="memory.precision.measured.int8_against_nf4",
    )


def four_bit_speed(small: bool = False) -> Measurement:
    """NF4's speed over float32's on one short text; the other formats are measured beside it."""
    load = (2, 16) if small else (16, 32)
    names = ("fp32", "nf4") if small else RUNNABLE
    rounds = 3 if small else 5
    run = run_speed([SHORT] if small else [SHORT, load], rounds, names)
    values = {}
    for name in RUNNABLE:
        for key, each in (("short", SHORT), ("large", load)):
            values[f"{name}_{key}"] = run.times_as_fast(name, each) or 0.0
    return Measurement(
        value=values["nf4_short"],
        values={
            **values,
            "rounds": run.rounds,
            "threads": run.threads,
            "batch": load[0],
            "length": load[1],
            "smaller": next(row.bytes for row in run.rows if row.name == "fp32")
            / next(row.bytes for row in run.rows if row.name == "nf4"),
        },
        note_key="memory.precision.measured.four_bit_speed",
    )
