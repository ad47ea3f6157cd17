"""`python -m core memory predict` as a stranger runs it."""

import json
import subprocess
import sys
from pathlib import Path

from core.memory.presets import presets

PROJECT = Path(__file__).parents[3]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "memory", "predict", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_as_json_from_a_config_and_from_a_preset(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(presets()["smollm2-135m"].config), encoding="utf-8")
    options = (
        "--method",
        "lora",
        "--rank",
        "16",
        "--targets",
        "q,k,v,o",
        "--batch",
        "2",
        "--seq",
        "128",
        "--json",
    )
    answers = []
    for model in (("--config", str(file)), ("--preset", "smollm2-135m")):
        result = run(*model, *options, "--dtype", "bf16", "--checkpointing", "full")
        assert result.returncode == 0, result.stderr
        assert len(result.stdout.strip().splitlines()) == 1
        answers.append(json.loads(result.stdout))
    from_config, from_preset = answers
    assert from_config["terms"] == from_preset["terms"]
    assert from_preset["trainable_parameters"] == 30 * 16 * (2 * (576 + 576) + 2 * (576 + 192))
    assert from_preset["adapter_bytes"] == 4 * from_preset["trainable_parameters"]
    assert from_preset["total_per_device"] == sum(from_preset["terms"].values())


def test_settings_from_a_file_and_sharing(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"preset": "llama-2-7b", "devices": 64, "zero": 3}), encoding="utf-8")
    answer = json.loads(run("--settings", str(file), "--offload", "optimizer", "--json").stdout)
    assert answer["places"]["states"] == "host"
    assert answer["terms"]["gradients"] == -(-2 * 6_738_415_616 // 64)


def test_as_text():
    lines = run("--preset", "llama-2-7b", "--method", "inference", "--dtype", "fp16").stdout.splitlines()
    assert lines[0].startswith("Weights")
    assert "12,852.5 MiB" in lines[0]  # 13,476,831,232 bytes
    assert "6,738,415,616 parameters" in lines[-1]


def test_wrong_input_is_one_line(tmp_path):
    for arguments, part in (
        (("--preset", "nope"), "no preset nope"),
        (("--config", str(tmp_path / "none.json")), "none.json cannot be read"),
        (("--config", str(tmp_path)), "cannot be read"),
        ((), "one of the two"),
        (("--preset", "gpt2", "--method", "lora", "--targets", "q", "--rank", "900"), "Rank 900"),
    ):
        result = run(*arguments)
        assert (result.returncode, result.stdout) == (2, ""), result.stderr
        (line,) = result.stderr.strip().splitlines()
        assert part in line
