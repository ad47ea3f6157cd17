"""The commands as a stranger runs them: their JSON, and one line for every wrong input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GENERATE_KEYS = [
    "text",
    "new_tokens",
    "tokens_per_second",
    "rep_2",
    "rep_3",
    "rep_4",
    "distinct_2",
    "loop",
    "perplexity",
]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
    )


def refused(*arguments: str) -> str:
    result = run("generate", *arguments, "--json")
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_models_as_json():
    result = run("models", "--json")
    models = json.loads(result.stdout.splitlines()[-1])["models"]
    assert {row["name"] for row in models} == {"smollm2-135m", "minilm-l6", "e5-multilingual"}
    assert all(set(row) == {"name", "ready", "hash_ok", "parameters", "bytes", "licence"} for row in models)


@pytest.mark.real_model
def test_generate_as_json(smollm2):
    result = run("generate", "--prompt", "The sky is", "--max-new-tokens", "12", "--json")
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.strip().splitlines()) == 1
    value = json.loads(result.stdout)
    assert list(value) == GENERATE_KEYS
    assert value["new_tokens"] <= 12
    assert value["perplexity"] >= 1


@pytest.mark.real_model
def test_the_settings_file_of_the_page_works_with_options_over_it(smollm2, tmp_path: Path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"strategy": "sample", "seed": 5, "max_new_tokens": 200}))
    command = ("generate", "--prompt", "-", "--settings", str(file), "--max-new-tokens", "6", "--json")
    first, second = (run(*command, stdin="A small boat").stdout for _ in range(2))
    assert json.loads(first)["text"] == json.loads(second)["text"]
    assert json.loads(first)["new_tokens"] <= 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--prompt", "a", "--strategy", "magic"), "magic"),
        (("--prompt", "a", "--strategy", "sample", "--temperature", "nan"), "temperature"),
        (("--prompt", "a", "--strategy", "sample", "--top-p", "1.5"), "top_p"),
        (("--prompt", "a", "--max-new-tokens", "-3"), "max_new_tokens"),
        (("--prompt", "a", "--settings", "/no/such/file.json"), "no such file"),
        (("--prompt", "a", "--engine", "abacus"), "abacus"),
        (("--prompt", "a", "--model", "../../etc/passwd"), "GLASSBOX_ALLOW_LOCAL"),
    ],
)
def test_a_wrong_input_is_one_line_and_status_2(arguments: tuple[str, ...], said: str):
    assert said in refused(*arguments)


@pytest.mark.parametrize("text", ["[1, 2]", "{broken", '{"volume": 11}', '{"top_k": "many"}'])
def test_a_wrong_settings_file_is_one_line(tmp_path: Path, text: str):
    file = tmp_path / "settings.json"
    file.write_text(text)
    assert refused("--prompt", "a", "--settings", str(file))


@pytest.mark.real_model
def test_an_empty_prompt_is_one_line(smollm2):
    assert "empty" in refused("--prompt", "  ")


def test_a_busy_port_is_one_line():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "ui.serve", "--port", str(port)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert result.returncode == 2
    assert str(port) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_job_runs_to_its_end_from_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    file = tmp_path / "parameters.json"
    file.write_text('{"steps": 3, "seconds": 0.01}')
    result = run("job", "jobs.selftest", "--settings", str(file), "--json")
    assert result.returncode == 0, result.stderr
    value = json.loads(result.stdout)
    assert value["status"] == "done"
    assert list((Path(value["folder"]) / "result").iterdir())


def test_an_unknown_job_is_one_line():
    result = run("job", "no.such.job", "--json")
    assert result.returncode == 2
    assert "no.such.job" in result.stderr
