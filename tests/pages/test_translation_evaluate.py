"""The view "Evaluate" as a reader meets it: a score opened, the measured figures, a run, refusals."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from sacrebleu.metrics import BLEU, CHRF

from core import jobs
from core.translation.evaluation import EvaluationSet, Output, evaluation_of, sentences_of
from core.translation.evaluation_result import Evaluation, Sentences
from core.translation.evaluation_samples import scored_examples
from core.translation.pairs import SentencePairs
from core.translation.rarity import rarest_by_count
from core.wording import LANGUAGES, wording
from tests.pages.reading import drawn, metrics, open_lesson, shown
from ui.translation import evaluate_measured
from ui.translation.evaluate_link import EXAMPLES

opened = partial(open_lesson, "04_translation", view="evaluate")
KEY = "translation.evaluate"


@pytest.fixture(scope="module")
def found() -> tuple[Evaluation, Sentences]:
    """Three models on twelve sentences, made without any model."""
    references = tuple(" ".join(f"w{place}" for place in range(length)) for length in range(4, 16))
    outputs = {
        "lstm": Output(tuple(line.replace("w2", "x").replace("w3", "y") for line in references), 1.0, 9, "a"),
        "gru": Output(tuple(line.replace("w2", "<b>") for line in references), 1.0, 9, "b"),
        "transformer": Output(references, 1.0, 9, "c"),
    }
    pairs = SentencePairs(references, references, dropped=2)
    test = EvaluationSet("tsv", pairs, rarest_by_count(references, references[:5]))
    return evaluation_of(outputs, test, 5, 1.0, "python -m core translate score-shipped"), sentences_of(
        outputs, test
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_score_by_hand_is_opened_beside_sacrebleu_s(language: str) -> None:
    page = opened(language, evaluate_part="sentence")
    example = scored_examples()[0]
    score = BLEU(effective_order=True).sentence_score(example.translation, [example.reference])
    figures = metrics(page)
    assert figures[wording(f"{KEY}.verdict.own", language, name="BLEU")] == f"{score.score:.2f}"
    assert figures[wording(f"{KEY}.verdict.library", language, name="BLEU")] == f"{score.score:.2f}"
    assert figures[wording(f"{KEY}.verdict.difference", language)] == "0"
    assert any("tok:13a" in code.value for code in page.code)
    table = page.dataframe[0].value
    assert table[wording(f"{KEY}.ngrams.matched", language)].tolist() == score.counts
    assert table[wording(f"{KEY}.ngrams.clipped", language)].tolist() == [2, 1, 0, 0]
    formulas = " ".join(latex.value for latex in page.latex)
    assert rf"\tfrac{{{score.counts[0]}}}{{{score.totals[0]}}}" in formulas
    assert f"{score.score:.2f}" in formulas
    assert wording(f"{KEY}.example_note.close", language) in shown(page)
    marked = drawn(page, "side.translation")["tokens"]
    assert [token["text"].strip() for token in marked] == BLEU().tokenizer(example.translation).split()
    assert marked[0]["shade"] == 0.75


def test_every_example_opens_and_chrf_has_its_own_arithmetic() -> None:
    page = opened(evaluate_part="sentence")
    page.segmented_control(key=f"{KEY}.sentence.score").set_value("chrf").run()
    for example in scored_examples():
        page.pills[0].set_value(example.id).run()
        assert not page.exception
        score = CHRF().sentence_score(example.translation, [example.reference]).score
        assert metrics(page)[wording(f"{KEY}.verdict.own", name="chrF2")] == f"{score:.2f}"
        assert wording(f"{KEY}.example_note.{example.id}") in shown(page)
    assert tuple(example.id for example in scored_examples()) == EXAMPLES


def test_the_cut_changes_the_score_and_all_ways_stand_side_by_side() -> None:
    page = opened(
        evaluate_part="sentence", evaluate_translation="A man's dog.", evaluate_reference="a man's dog ."
    )
    first = metrics(page)[wording(f"{KEY}.verdict.own", name="BLEU")]
    page.segmented_control(key=f"{KEY}.sentence.tokens").set_value("spacy").run()
    assert metrics(page)[wording(f"{KEY}.verdict.own", name="BLEU")] == "100.00" != first
    page.toggle(key=f"{KEY}.sentence.ways").set_value(True).run()
    assert not page.exception
    ways = page.dataframe[1].value
    assert len(ways) == 5
    assert len(set(ways["BLEU"])) > 2


@pytest.mark.parametrize(
    ("translation", "reference"),
    [
        ("", "a man"),
        ("   ", "a man"),
        ("😀😀", "😀"),
        ("word " * 5000, "word"),
        ("<b>$x$</b> [a](http://x)", "`code` **b**"),
        ("a\u202eb\x00c", "a"),
    ],
)
def test_whatever_is_written_is_scored_or_asked_for(translation: str, reference: str) -> None:
    page = opened(evaluate_part="sentence")
    page.text_area(key=f"{KEY}_translation").set_value(translation)
    page.text_area(key=f"{KEY}_reference").set_value(reference).run()
    assert not page.exception
    assert not page.error
    score = BLEU(effective_order=True).sentence_score(translation[:5000], [reference]).score
    assert metrics(page)[wording(f"{KEY}.verdict.own", name="BLEU")] == f"{score:.2f}"


def test_without_a_reference_one_is_asked_for() -> None:
    page = opened(evaluate_part="sentence")
    page.text_area(key=f"{KEY}_reference").set_value(" ").run()
    assert wording(f"{KEY}.arithmetic.no_reference") in shown(page)
    assert not page.metric


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_measured_figures_are_those_of_the_file(
    language: str, found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = found[0]
    file = tmp_path / "scores.json"
    file.write_text(json.dumps(asdict(evaluation)))
    monkeypatch.setattr(evaluate_measured, "SHIPPED_SCORES", file)
    monkeypatch.setattr(evaluate_measured, "shipped_evaluation", lambda: evaluation)
    page = opened(language, evaluate_part="measured")
    table = page.dataframe[0].value
    names = [wording(f"{KEY}.model.{scores.model}", language) for scores in evaluation.models]
    assert table[wording(f"{KEY}.column.model", language)].tolist() == names
    assert table[wording(f"{KEY}.column.bleu", language)].tolist() == [
        round(scores.bleu.value, 2) for scores in evaluation.models
    ]
    assert len(page.dataframe[1].value) == 3
    assert len(page.get("plotly_chart")) == 3
    assert evaluation.command in [code.value for code in page.code]
    caption = wording(f"{KEY}.buckets.caption_count", language)
    assert caption not in shown(page)
    page.segmented_control(key="translation.evaluate_buckets").set_value("rarity").run()
    assert not page.exception
    assert caption in shown(page)


def test_figures_that_are_not_there_are_missing_with_their_command(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(evaluate_measured, "SHIPPED_SCORES", tmp_path / "none.json")
    page = opened(evaluate_part="measured")
    assert wording(f"{KEY}.measured.missing") in shown(page)
    assert "score-shipped" in page.code[0].value


def _done_job(found: tuple[Evaluation, Sentences], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A finished job with that result takes the panel's place: no model has to run for the page."""
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "scores.json").write_text(json.dumps(asdict(found[0])))
    (folder / "sentences.json").write_text(json.dumps(asdict(found[1])))
    job = jobs.Job("owner", "1", tmp_path, "translation.evaluate", {}, 0.0)
    monkeypatch.setattr("ui.translation.evaluate_run.show_job_panel", lambda *arguments: job)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_s_sentences_are_read_from_worst_to_best(language: str, found, monkeypatch, tmp_path) -> None:
    _done_job(found, monkeypatch, tmp_path)
    page = opened(language, evaluate_part="run")
    said = shown(page)
    assert wording(f"{KEY}.run.said_tsv", language, sentences=12, beam=5) in said
    assert wording(f"{KEY}.run.dropped", language, count=2) in said
    page.segmented_control(key="translation.evaluate_result").set_value("examples").run()
    page.selectbox(key=f"{KEY}.examples.model").set_value("gru").run()
    assert not page.exception
    sentences = found[1]
    worst = min(range(12), key=lambda place: sentences.of("gru").chrf[place])
    assert page.text[0].value == sentences.sources[worst]
    words = drawn(page, "examples.1.gru")["tokens"]
    assert [token["text"] for token in words if token["shade"]] == ["<b> "]
    assert [token["text"] for token in drawn(page, "examples.1.reference")["tokens"] if token["shade"]] == [
        "w2 "
    ]
    page.number_input(key=f"{KEY}.examples.page.3").set_value(3).run()
    assert not page.exception
    assert len(page.text) == 2  # twelve sentences, five a page


def test_the_order_can_follow_the_lead_over_another_model(found, monkeypatch, tmp_path) -> None:
    _done_job(found, monkeypatch, tmp_path)
    page = opened(evaluate_part="run")
    page.segmented_control(key="translation.evaluate_result").set_value("examples").run()
    page.selectbox(key=f"{KEY}.examples.order").set_value("ahead").run()
    assert not page.exception
    sentences = found[1]
    leads = [a - b for a, b in zip(sentences.of("transformer").chrf, sentences.of("lstm").chrf, strict=True)]
    assert page.text[0].value == sentences.sources[leads.index(max(leads))]


def test_an_uploaded_file_is_checked_before_a_run_may_start() -> None:
    page = opened(evaluate_part="run", evaluate_data="tsv")
    start = page.button(key=f"{KEY}.job.start")
    assert start.disabled
    page.file_uploader[0].set_value(("pairs.tsv", b"only one column", "text/tab-separated-values")).run()
    assert "Line 1 has no tab" in page.error[0].value
    assert page.button(key=f"{KEY}.job.start").disabled
    pairs = "\n".join(f"Satz {place}\tsentence {place}" for place in range(10)).encode()
    page.file_uploader[0].set_value(("pairs.tsv", pairs, "text/tab-separated-values")).run()
    assert not page.exception
    assert wording(f"{KEY}.upload.ready", pairs=10) in shown(page)
    assert not page.button(key=f"{KEY}.job.start").disabled


def test_no_model_no_run_and_the_grammar_needs_nothing() -> None:
    page = opened(evaluate_part="run")
    assert not page.button(key=f"{KEY}.job.start").disabled
    page.pills(key=f"{KEY}_models").set_value([]).run()
    assert page.button(key=f"{KEY}.job.start").disabled
    assert wording(f"{KEY}.run.choose", most=6) in shown(page)


def test_multi30k_is_said_to_be_missing_where_it_is(empty_home: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "nothing"))
    page = opened(evaluate_part="run", evaluate_data="multi30k")
    assert wording(f"{KEY}.multi30k.missing") in shown(page)
    assert page.button(key=f"{KEY}.job.start").disabled


def test_a_wrong_link_is_named() -> None:
    page = opened(evaluate_part="sentence", evaluate_beam="99")
    assert "evaluate_beam" in page.warning[0].value
