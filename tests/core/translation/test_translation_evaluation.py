"""A model on a test set: the job, its figures against sacreBLEU, its buckets, refusals, and the command."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sacrebleu.metrics import BLEU, CHRF
from typer.testing import CliRunner

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.translation import evaluation_job
from core.translation.build import build_model
from core.translation.commands import app
from core.translation.evaluation import EvaluationSet, Output, evaluation_of, sentences_of
from core.translation.evaluation_job import parameters_from, run
from core.translation.evaluation_result import read_evaluation, read_sentences
from core.translation.evaluation_sets import evaluation_pairs
from core.translation.evaluation_tables import bucket_rows, comparison_rows, score_rows
from core.translation.model import parameter_count
from core.translation.model_folder import TrainedModel, Translator, load_translator, save_translator
from core.translation.pairs import SentencePairs, clean
from core.translation.ranked_sentences import ranked_sentences, sentence_rows
from core.translation.rarity import rarest_by_count, rarest_by_pieces
from core.translation.scoring import lowercased_bleu
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.translate import translate_all
from core.translation.uploaded_pairs import LARGEST_TSV, read_upload
from core.translation.vocabulary import Vocabulary, learn_vocabulary
from core.translation.word_diff import word_diff
from core.wording import words_in

SOURCES = tuple(
    f"Ein {noun} {verb} im Garten ." for noun in ("Hund", "Mann", "Junge") for verb in ("sitzt", "steht")
)
TARGETS = tuple(
    f"A {noun} {verb} in the garden ." for noun in ("dog", "man", "boy") for verb in ("sits", "stands")
)
TSV = "\n".join(f"{source}\t{target}" for source, target in zip(SOURCES, TARGETS, strict=True)) + "\n\tlost\n"
OWN = ("one", "two")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two untrained Transformers on disk: what is measured here holds for any weights."""
    vocabulary = learn_vocabulary([*SOURCES, *TARGETS], 110)
    settings = ModelSettings("transformer", vocabulary.size, 16, 1, 2, 16, dropout=0.0)
    folders = {}
    for seed, name in enumerate(OWN):
        about = TrainedModel(settings, TrainingSettings(), "toy", len(SOURCES), ())
        folders[name] = tmp_path_factory.mktemp("models") / name
        model = build_model(settings, seed)
        model.output_bias.data.fill_(-30.0)  # whole words only, so that there are n-grams
        model.output_bias.data[
            [number for number in range(4, vocabulary.size) if _is_word(vocabulary, number)]
        ] = 0
        save_translator(folders[name], Translator(about, model, vocabulary))
    return folders


def _is_word(vocabulary: Vocabulary, number: int) -> bool:
    return len(vocabulary.token(number)) > 2 and vocabulary.token(number).startswith("\u2581")


@pytest.fixture
def own(models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setattr(evaluation_job, "own_models", lambda owner: models if owner == "me" else {})
    return models


def context(folder: Path, owner: str = "me", **parameters: Any) -> JobContext:
    job = folder / "workspaces" / owner / "jobs" / "1"
    given = {"models": list(OWN), "data": "tsv", "tsv": TSV, "beam": 2, **parameters}
    return JobContext(given, job / "checkpoint", job / "result")


def test_the_job_scores_what_the_models_wrote_as_sacrebleu_does(tmp_path: Path, own: dict[str, Path]):
    # The models are untrained: to give them points, each wrote half of the references itself.
    sides = [translate_all(load_translator(own[name]), SOURCES, beam=2) for name in OWN]
    references = tuple(clean(f"{sides[place % 2][place]} now") for place in range(len(SOURCES)))
    lines = [f"{source}\t{reference}" for source, reference in zip(SOURCES, references, strict=True)]
    done = context(tmp_path, tsv="\n".join([*lines, "\tlost"]))
    run(done)
    found = read_evaluation(done.result_folder / "scores.json")
    sentences = read_sentences(done.result_folder / "sentences.json")
    assert sentences.sources == SOURCES
    assert sentences.references == references
    assert (found.sentences, found.dropped, found.rarity, found.data) == (6, 1, "pieces", "tsv")
    assert all(scores.bleu.value > 1 for scores in found.models)
    for scores in found.models:
        translator = load_translator(own[scores.model])
        written = sentences.of(scores.model).translations
        assert list(written) == translate_all(translator, SOURCES, beam=2)
        assert scores.bleu.value == pytest.approx(BLEU().corpus_score(written, [references]).score)
        assert scores.chrf == pytest.approx(CHRF().corpus_score(written, [references]).score)
        assert scores.bleu_lowercased == lowercased_bleu(written, references).score
        assert scores.parameters == parameter_count(translator.model)
        for place, line in enumerate(written):
            single = BLEU(effective_order=True).sentence_score(line, [references[place]]).score
            assert sentences.of(scores.model).bleu[place] == pytest.approx(single, abs=1e-3)
            chrf = CHRF().sentence_score(line, [references[place]]).score
            assert sentences.of(scores.model).chrf[place] == pytest.approx(chrf, abs=1e-3)
    assert [(each.first, each.second) for each in found.comparisons] == [OWN]
    assert len({scores.weights_sha256 for scores in found.models}) == 2


def test_a_job_that_died_goes_on_with_the_next_model(tmp_path: Path, own, monkeypatch: pytest.MonkeyPatch):
    whole, broken = context(tmp_path / "whole"), context(tmp_path / "broken")
    run(whole)
    asked: list[str] = []
    opened = evaluation_job.opened_model

    def dies(name: str, owner: str) -> Translator:
        asked.append(name)
        if asked == ["one", "one", "two"]:
            raise JobCancelled
        return opened(name, owner)

    monkeypatch.setattr(evaluation_job, "opened_model", dies)
    with pytest.raises(JobCancelled):
        run(broken)
    asked.clear()
    asked.append("again")
    run(broken)
    assert asked == ["again", "one", "two"]  # the first only for its vocabulary
    files = [each.result_folder / "sentences.json" for each in (whole, broken)]
    assert files[0].read_text() == files[1].read_text()


def test_another_workspace_s_model_is_not_there(tmp_path: Path, own):
    with pytest.raises(GlassboxError, match="no model one"):
        run(context(tmp_path, owner="someone"))


@pytest.fixture(scope="module")
def made_up() -> tuple[dict[str, Output], EvaluationSet]:
    """Two models' output for sentences of many lengths, without any model."""
    sources = tuple(" ".join(["Wort"] * length) for length in (3, 8, 9, 12, 15, 20, 33))
    references = tuple(" ".join(f"w{place}" for place in range(len(line.split()))) for line in sources)
    pairs = SentencePairs(sources, references)
    worse = tuple(line.replace("w2", "x") for line in references)
    outputs = {"good": Output(references, 2.0, 7, "a"), "bad": Output(worse, 1.0, 5, "b")}
    return outputs, EvaluationSet("tsv", pairs, rarest_by_count(sources, ["Wort"] * 4))


def test_buckets_hold_every_sentence_once_and_are_scored_as_sets_of_their_own(made_up):
    outputs, test = made_up
    found = evaluation_of(outputs, test, 5, 1.0, "command")
    good, bad = found.models
    for buckets in (good.by_length, good.by_rarity):
        assert sum(bucket.sentences for bucket in buckets) == 7
    assert [bucket.label for bucket in good.by_length] == ["1–8", "9–11", "12–14", "15–19", "20+"]
    assert [bucket.label for bucket in good.by_rarity] == ["1–4"]
    assert [bucket.sentences for bucket in good.by_length] == [2, 1, 1, 1, 2]
    assert good.bleu.value == pytest.approx(100)
    pairs = [
        (bad_line, line)
        for bad_line, line in zip(outputs["bad"].translations, test.pairs.target, strict=True)
    ]
    last = [list(column) for column in zip(*pairs[-2:], strict=True)]
    assert bad.by_length[-1].bleu.value == pytest.approx(BLEU().corpus_score(last[0], [last[1]]).score)
    assert bad.by_length[-1].chrf == pytest.approx(CHRF().corpus_score(last[0], [last[1]]).score)
    assert found.comparisons[0].difference.value == pytest.approx(bad.bleu.value - good.bleu.value)
    words = words_in("en")
    assert len(score_rows(found, words)) == 2
    assert len(comparison_rows(found, words)) == 1
    assert len(bucket_rows(found, "length", words)) == 10


def test_sentences_are_ranked_by_score_and_by_lead(made_up):
    outputs, test = made_up
    sentences = sentences_of(outputs, test)
    worst = ranked_sentences(sentences, "bad", "chrf", "worst")
    scores = sentences.of("bad").chrf
    assert [scores[place] for place in worst] == sorted(scores)
    assert ranked_sentences(sentences, "bad", "chrf", "best")[0] == scores.index(max(scores))
    behind = ranked_sentences(sentences, "bad", "bleu", "behind", "good")
    ahead = ranked_sentences(sentences, "good", "bleu", "ahead", "bad")
    assert behind == ahead
    assert sentence_rows(sentences)[0]["bad"] == sentences.of("bad").translations[0]


def test_a_result_comes_back_from_its_file_and_a_damaged_one_is_refused(made_up, tmp_path: Path):
    outputs, test = made_up
    found, sentences = evaluation_of(outputs, test, 5, 1.0, "command"), sentences_of(outputs, test)
    scores, lines = tmp_path / "scores.json", tmp_path / "sentences.json"
    scores.write_text(json.dumps(asdict(found)))
    lines.write_text(json.dumps(asdict(sentences)))
    assert read_evaluation(scores) == found
    assert read_sentences(lines) == sentences
    lines.write_text(json.dumps(asdict(replace(sentences, references=sentences.references[1:]))))
    for read, path in (
        (read_evaluation, lines),
        (read_sentences, lines),
        (read_evaluation, tmp_path / "none"),
    ):
        with pytest.raises(GlassboxError):
            read(path)


def test_rarity_is_counted_in_the_training_text_or_seen_from_the_vocabulary():
    counted = rarest_by_count(["Der Hund sieht die Katze", "!"], ["der Hund", "die Katze, der Hund sieht"])
    assert counted.words[0] in ("sieht", "die", "katze")
    assert counted.values == (1, 2)  # a sentence without a word has no rare one
    vocabulary = learn_vocabulary([*SOURCES, *TARGETS] * 5, 110)
    cut = rarest_by_pieces(["Ein Xylophon im Garten", ""], vocabulary)
    assert cut.words[0] == "Xylophon"
    assert cut.values == (len(vocabulary.encode(["Xylophon"])[0]), 1)


def test_words_that_differ_are_marked_on_both_sides():
    diff = word_diff("two dogs run fast", "two big dogs walk fast")
    assert [word for word, same in diff.translation if not same] == ["run"]
    assert [word for word, same in diff.reference if not same] == ["big", "walk"]
    assert word_diff("", "a").translation == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": []}, "one to 6"),
        ({"models": ["lstm", "lstm"]}, "one to 6"),
        ({"models": [str(number) for number in range(7)]}, "one to 6"),
        ({"data": "wmt"}, "grammar, multi30k, tsv"),
        ({"sentences": 0}, "from 1 to 3,000"),
        ({"sentences": 2.5}, "from 1 to 3,000"),
        ({"sentences": True}, "from 1 to 3,000"),
        ({"tsv": 3}, "UTF-8"),
        ({"width": 3}, "width"),
    ],
)
def test_impossible_parameters_are_refused(wrong: dict[str, Any], said: str):
    with pytest.raises(GlassboxError, match=said):
        parameters_from(wrong)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no sentence pair"),
        (b"one column only", "Line 1 has no tab"),
        ("Größe\tsize".encode("utf-16"), "not UTF-8"),
        ("Größe\tsize".encode("latin-1"), "not UTF-8"),
        (b"a\tb\n" * 3001, "3,001 pairs"),
        (b"x" * (LARGEST_TSV + 1), "at most 400 kB"),
        (b"\t\n\t\n", "no sentence pair"),
    ],
)
def test_a_stranger_s_file_is_refused_with_one_sentence(content: bytes, said: str):
    with pytest.raises(GlassboxError, match=said):
        read_upload(content)


def test_a_usable_file_is_read_whatever_its_marks():
    text = read_upload("\ufeffEin Hund 😀\tA dog 😀\textra\r\n\r\n".encode())
    assert evaluation_pairs("tsv", 10, text).target == ("A dog 😀",)


def test_the_grammar_s_sentences_are_there_without_any_download():
    pairs = evaluation_pairs("grammar", 30)
    assert len(pairs) == len(set(pairs.source)) == 30


def test_multi30k_is_named_where_it_is_missing(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "nothing"))
    with pytest.raises(GlassboxError, match="not on this machine"):
        evaluation_pairs("multi30k", 10)


def test_the_command_scores_a_file(tmp_path: Path, models: dict[str, Path]):
    source, reference = tmp_path / "test.de", tmp_path / "test.en"
    source.write_text("\n".join(SOURCES) + "\n", encoding="utf-8")
    reference.write_text("\n".join(TARGETS) + "\n", encoding="utf-8")
    asked = [
        "score",
        "--model",
        str(models["one"]),
        "--src",
        str(source),
        "--ref",
        str(reference),
        "--beam",
        "2",
    ]
    answered = CliRunner().invoke(app, [*asked, "--json"])
    assert answered.exit_code == 0, answered.output
    found = json.loads(answered.stdout.splitlines()[-1])
    written = translate_all(load_translator(models["one"]), SOURCES, beam=2)
    assert found["sacrebleu"] == pytest.approx(BLEU().corpus_score(written, [TARGETS]).score)
    assert found["chrf"] == pytest.approx(CHRF().corpus_score(written, [TARGETS]).score)
    assert found["bleu_lowercased"] == lowercased_bleu(written, TARGETS).score
    assert found["signature"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp")
    assert found["seconds"] > 0
    assert found["parameters"] == parameter_count(load_translator(models["one"]).model)
    readable = CliRunner().invoke(app, asked)
    assert f"BLEU {found['sacrebleu']:.2f}" in readable.stdout
    reference.write_text("A dog\n", encoding="utf-8")
    refused = CliRunner().invoke(app, asked)
    assert "same number of lines" in str(refused.exception)
    missing = CliRunner().invoke(app, [*asked[:4], str(tmp_path / "none.de"), *asked[5:]])
    assert "no file none.de" in str(missing.exception)


def test_the_shipped_models_are_measured_by_one_command(
    tmp_path: Path, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
):
    data = tmp_path / "multi30k"
    data.mkdir()
    for part in ("train", "val", "test_2016_flickr"):
        (data / f"{part}.de").write_text("\n".join(SOURCES) + "\n", encoding="utf-8")
        (data / f"{part}.en").write_text("\n".join(TARGETS) + "\n", encoding="utf-8")
    folders = dict(zip(("lstm", "gru", "transformer"), [*models.values(), models["one"]], strict=True))
    monkeypatch.setattr(
        "core.translation.shipped.shipped_translator", lambda name: load_translator(folders[name])
    )
    monkeypatch.setattr("core.translation.evaluation_result.SHIPPED_SCORES", tmp_path / "scores.json")
    answered = CliRunner().invoke(app, ["score-shipped", "--data", str(data), "--beam", "1"])
    assert answered.exit_code == 0, answered.output
    found = read_evaluation(tmp_path / "scores.json")
    assert [scores.model for scores in found.models] == list(folders)
    assert (found.data, found.sentences, found.rarity, found.beam) == ("multi30k", 6, "count", 1)
    assert found.models[0].chrf == found.models[2].chrf != found.models[1].chrf
    assert not any(line in (tmp_path / "scores.json").read_text() for line in (*SOURCES, *TARGETS))
    assert "Transformer" in answered.stdout
