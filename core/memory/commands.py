"""`python -m core memory ...`: the memory calculator in the terminal."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.command_line import Json, read_settings
from core.memory.quantise.commands import number, precision, speed
from core.wording import wording

app = typer.Typer(no_args_is_help=True, help="How much memory a model needs.")
for command in (number, precision, speed):
    app.command()(command)


@app.callback()
def commands() -> None:
    """How much memory a model needs, to run and to be tuned."""


@app.command()
def predict(
    preset: Annotated[str | None, typer.Option(help="A published model, such as llama-2-7b.")] = None,
    config: Annotated[Path | None, typer.Option(help="A config.json instead.")] = None,
    method: Annotated[str | None, typer.Option(help="inference, full, freeze, lora, qlora, ...")] = None,
    rank: Annotated[int | None, typer.Option(help="Of LoRA's matrices.")] = None,
    alpha: Annotated[int | None, typer.Option(help="LoRA's scale: costs no memory.")] = None,
    targets: Annotated[str | None, typer.Option(help="q,v or names of matrices, or all.")] = None,
    layers: Annotated[int | None, typer.Option(help="Last blocks that freeze trains.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Virtual tokens of a prompt or prefix.")] = None,
    hidden: Annotated[int | None, typer.Option(help="Inner width of an adapter.")] = None,
    batch: Annotated[int | None, typer.Option(help="Sequences at once on each copy.")] = None,
    seq: Annotated[int | None, typer.Option(help="Tokens of each.")] = None,
    dtype: Annotated[str | None, typer.Option(help="fp32, bf16, fp16, mixed, autocast-bf16, ...")] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="adamw, adamw-8bit, adafactor, sgd, lion, ...")
    ] = None,
    checkpointing: Annotated[str | None, typer.Option(help="none, selective or full.")] = None,
    accumulation: Annotated[int | None, typer.Option(help="Micro-batches in a step.")] = None,
    attention: Annotated[str | None, typer.Option(help="flash or eager.")] = None,
    zero: Annotated[int | None, typer.Option(help="ZeRO's stage, 0 to 3; FSDP is 3.")] = None,
    devices: Annotated[int | None, typer.Option(help="Devices in all.")] = None,
    tensor_parallel: Annotated[int | None, typer.Option(help="Devices that share each matrix.")] = None,
    pipeline: Annotated[int | None, typer.Option(help="Devices that share the layers.")] = None,
    sequence_parallel: Annotated[
        bool, typer.Option("--sequence-parallel", help="Share the norms too.")
    ] = False,
    offload: Annotated[str | None, typer.Option(help="none, optimizer or all.")] = None,
    weights: Annotated[str | None, typer.Option(help="Format for inference, such as int8 or nf4.")] = None,
    processor: Annotated[str | None, typer.Option(help="gpu or cpu.")] = None,
    settings: Annotated[Path | None, typer.Option(help="JSON file with any of the settings.")] = None,
    as_json: Json = False,
) -> None:
    """Predict the memory of one device, term by term."""
    from core.memory.plan import plan_from
    from core.memory.predict import predict as predict_plan
    from core.memory.report import as_row, report

    options: dict[str, Any] = {
        "preset": preset,
        "method": method,
        "rank": rank,
        "alpha": alpha,
        "targets": targets,
        "layers": layers,
        "tokens": tokens,
        "hidden": hidden,
        "batch": batch,
        "length": seq,
        "dtype": dtype,
        "optimizer": optimizer,
        "checkpointing": checkpointing,
        "accumulation": accumulation,
        "attention": attention,
        "zero": zero,
        "devices": devices,
        "tensor": tensor_parallel,
        "pipeline": pipeline,
        "sequence": sequence_parallel or None,
        "offload": offload,
        "weight_format": weights,
        "processor": processor,
    }
    given = {name: value for name, value in options.items() if value is not None}
    if config is not None:
        from core.memory.config_file import read_config_file

        given["config"] = read_config_file(config)
    breakdown = predict_plan(plan_from({**(read_settings(settings) if settings else {}), **given}))
    if as_json:
        sys.stdout.write(json.dumps(as_row(breakdown)) + "\n")
    else:
        sys.stdout.write(report(breakdown, wording) + "\n")


@app.command()
def measure(
    model: Annotated[str | None, typer.Option(help="smollm2-135m or minilm-l6.")] = None,
    method: Annotated[str | None, typer.Option(help="full, freeze, bitfit, lora, adalora, ia3, ...")] = None,
    rank: Annotated[int | None, typer.Option(help="Of LoRA's matrices.")] = None,
    targets: Annotated[str | None, typer.Option(help="q,v or names of matrices, or all.")] = None,
    layers: Annotated[int | None, typer.Option(help="Last blocks that freeze trains.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Virtual tokens of a prompt or prefix.")] = None,
    hidden: Annotated[int | None, typer.Option(help="Inner width of P-tuning's network.")] = None,
    batch: Annotated[int | None, typer.Option(help="Sequences of the step.")] = None,
    seq: Annotated[int | None, typer.Option(help="Tokens of each.")] = None,
    dtype: Annotated[str | None, typer.Option(help="fp32, bf16 or autocast-bf16.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="adamw, sgd, sgd-momentum or adafactor.")] = None,
    checkpointing: Annotated[str | None, typer.Option(help="none, selective or full.")] = None,
    attention: Annotated[str | None, typer.Option(help="flash or eager.")] = None,
    settings: Annotated[Path | None, typer.Option(help="JSON file with any of the settings.")] = None,
    as_json: Json = False,
) -> None:
    """Take one real training step here and count it, beside the prediction."""
    from core.memory.measure import measure as measure_step
    from core.memory.step_report import as_measured_row, measured_report

    options: dict[str, Any] = {
        "preset": model,
        "method": method,
        "rank": rank,
        "targets": targets,
        "layers": layers,
        "tokens": tokens,
        "hidden": hidden,
        "batch": batch,
        "length": seq,
        "dtype": dtype,
        "optimizer": optimizer,
        "checkpointing": checkpointing,
        "attention": attention,
    }
    given = {name: value for name, value in options.items() if value is not None}
    step = measure_step({**(read_settings(settings) if settings else {}), **given})
    if as_json:
        sys.stdout.write(json.dumps(as_measured_row(step)) + "\n")
    else:
        sys.stdout.write(measured_report(step, wording) + "\n")
