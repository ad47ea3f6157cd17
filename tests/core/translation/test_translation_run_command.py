"""`python -m core translate run`, as one calls it: a sentence, a file, JSON, and what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.__main__ import app, main
from core.errors import GlassboxError
from core.translation.build import build_model
from core.translation.grammar.pairs import grammar_pairs
from core.translation.model_folder import TrainedModel, Translator, save_translator
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.translate import translate_all
from core.translation.vocabulary import learn_vocabulary


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model with fresh parameters."""
    pairs = grammar_pairs(100)
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], 200)
    settings = ModelSettings("gru", vocabulary.size, 16, 1, 2, 32)
    about = TrainedModel(settings, TrainingSettings(), "grammar", len(pairs), ())
    folder = tmp_path_factory.mktemp("model") / "gru"
    save_translator(folder, Translator(about, build_model(settings).eval(), vocabulary))
    return folder


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["translate", "run", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_sentence_as_json(model: Path):
    found = json.loads(run("Ein Hund rennt.", "--model", str(model), "--beam", "3", "--json"))
    assert set(found) == {"translation", "tokens", "probabilities", "score"}
    assert len(found["tokens"]) == len(found["probabilities"])
    assert all(0 < chance <= 1 for chance in found["probabilities"])
    assert run("Ein Hund rennt.", "--model", str(model), "--beam", "3").rstrip("\n") == found["translation"]


def test_a_file_line_by_line(model: Path, tmp_path: Path):
    source, out = tmp_path / "source.txt", tmp_path / "out.txt"
    source.write_bytes("\ufeffEin Hund rennt.\r\n\nEine Frau liest.\n".encode())
    assert run("--model", str(model), "--file", str(source), "--out", str(out)) == ""
    lines = out.read_text("utf-8").split("\n")
    assert len(lines) == 4
    assert (lines[1], lines[3]) == ("", "")
    found = json.loads(run("--model", str(model), "--file", str(source), "--json"))
    assert found["translations"] == lines[:3]
    assert found["seconds"] > 0
    from core.translation.shipped import translator

    assert translate_all(translator(str(model)), ["Ein Hund rennt."]) == lines[:1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give either one sentence"),
        (["Ein Hund.", "--file", "x"], "Give either one sentence"),
        ([" "], "There is nothing to translate"),
        (["Ein Hund.", "--beam", "0"], "beam width"),
        (["Ein Hund.", "--penalty", "-1"], "length penalty"),
        (["Ein Hund.", "--out", "x.txt"], "--out belongs to --file"),
        (["--file", "nowhere.txt"], "There is no file nowhere.txt"),
        (["Hund " * 5000], "This sentence has"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(model: Path, arguments: list[str], said: str):
    with pytest.raises(GlassboxError, match=said):
        run(*arguments, "--model", str(model))


def test_an_unknown_model_and_a_file_that_is_not_text(model: Path, tmp_path: Path, monkeypatch, capsys):
    with pytest.raises(GlassboxError, match="There is no model"):
        run("Ein Hund.", "--model", "marian")
    (tmp_path / "latin1.txt").write_bytes("Männer".encode("latin-1"))
    with pytest.raises(GlassboxError, match="UTF-8"):
        run("--file", str(tmp_path / "latin1.txt"), "--model", str(model))
    monkeypatch.setattr("sys.argv", ["core", "translate", "run", "--model", "marian", "Ein Hund."])
    assert main() == 2
    assert capsys.readouterr().err.startswith("There is no model marian.")
