"""`python -m core translate train` as a stranger runs it, alone and in two processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import GlassboxError
from core.translation.processes import Processes
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.train_command import settings_of, train
from core.translation.train_record import read_record

PROJECT = Path(__file__).parents[3]
TINY = [
    "--grammar",
    *("--pairs", "150", "--width", "16", "--layers", "1", "--heads", "2", "--feed-forward", "32"),
    *("--vocabulary-size", "400", "--tokens-per-batch", "1024", "--warmup-steps", "3"),
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "translate", "train", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=250
    )


def test_it_trains_reports_and_goes_on_where_it_was(tmp_path: Path):
    out = tmp_path / "run"
    first = run(*TINY, "--epochs", "2", "--out", str(out), "--json")
    assert first.returncode == 0, first.stderr[-2000:]
    (line,) = first.stdout.strip().splitlines()
    report = json.loads(line)
    assert report["epochs"] == 2
    assert Path(report["model"]) == out / "model"
    assert report["pairs"] == 150
    before = (out / "run.json").read_text()
    again = run(*TINY, "--epochs", "2", "--out", str(out), "--json")
    assert json.loads(again.stdout) == report
    assert (out / "run.json").read_text() == before
    other = run(*TINY, "--epochs", "3", "--out", str(out))
    assert other.returncode == 2
    assert "holds a training with other settings" in other.stderr
    assert len(other.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "exactly one source"),
        (("--grammar", "--tsv", "x.tsv"), "exactly one source"),
        (("--tsv", "missing.tsv"), "missing.tsv cannot be read"),
        (("--data", "nowhere"), "is not in this folder"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_two(tmp_path: Path, arguments: tuple[str, ...], said: str):
    found = run(*arguments, "--out", str(tmp_path / "run"))
    assert found.returncode == 2
    assert said in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


def test_every_setting_is_an_option():
    names = {*ModelSettings.__dataclass_fields__, *TrainingSettings.__dataclass_fields__}
    assert names <= set(train.__annotations__)


def test_without_options_multi30k_gets_the_shipped_transformers_settings():
    given = dict.fromkeys(train.__annotations__) | {"data": Path("folder"), "grammar": False}
    settings = settings_of(given)
    assert (settings.model, settings.training) == (ModelSettings(), TrainingSettings())
    assert settings_of(given | {"heads": 8, "tied": False}).model == ModelSettings(heads=8, tied=False)
    with pytest.raises(GlassboxError, match="do not divide"):
        settings_of(given | {"heads": 7})


def test_shares_are_of_equal_length_and_lose_less_than_one_round():
    batches = list(range(11))
    shares = [Processes(rank, 3).share(batches) for rank in range(3)]
    assert sorted(number for share in shares for number in share) == batches[:9]
    assert {len(share) for share in shares} == {3}
    assert Processes().share(batches) == batches


TWO_PROCESSES = """
import sys
sys.path.insert(0, {project!r})
import torch
from core.translation.build import build_model
from core.translation.processes import joined_processes
from core.translation.settings import ModelSettings
from core.translation.training import teacher_forced_loss

torch.set_num_threads(1)
ids = torch.randint(4, 100, (2, 3, 7), generator=torch.Generator().manual_seed(0))
model = build_model(ModelSettings("transformer", 100, 16, 1, 2, 32, dropout=0.0))
with joined_processes() as together:
    assert together.count == 2
    teacher_forced_loss(model, ids[together.rank], ids[together.rank]).backward()
    together.average_gradients(model)
    own = [parameter.grad.clone() for parameter in model.parameters()]
    assert together.sums(1.0, together.rank) == [2.0, 1.0]
    model.zero_grad()
    (sum(teacher_forced_loss(model, rows, rows) for rows in ids) / 2).backward()
    for mine, parameter in zip(own, model.parameters()):
        torch.testing.assert_close(mine, parameter.grad, rtol=1e-5, atol=1e-7)
    print("equal", together.rank)
"""


def launched(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Two processes on this machine's processor, as `accelerate launch` starts them on two GPUs."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*launcher, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def test_two_processes_step_along_the_gradient_of_both_batches(tmp_path: Path):
    script = tmp_path / "two.py"
    script.write_text(TWO_PROCESSES.format(project=str(PROJECT)))
    found = launched(str(script))
    assert found.returncode == 0, found.stderr[-2000:]
    assert sorted(found.stdout.split()) == ["0", "1", "equal", "equal"]


def test_two_processes_train_one_model_and_one_reports(tmp_path: Path):
    out = tmp_path / "run"
    arguments = [*TINY, "--epochs", "2", "--out", str(out), "--json"]
    found = launched("-m", "core", "translate", "train", *arguments)
    assert found.returncode == 0, found.stderr[-2000:]
    assert json.loads(found.stdout)["epochs"] == 2
    record = read_record(out)
    assert record is not None
    assert record.epochs[1].validation_loss < record.epochs[0].validation_loss
    assert (out / "model" / "model.safetensors").is_file()
