"""The view "What mattered" as a reader meets it: published and own results, links, both languages."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.intervals import Estimate
from core.jobs.events import append_event
from core.jobs.store import all_jobs
from core.translation import ablation_result
from core.translation.ablation_result import (
    RESULT_FILE,
    AblationResult,
    Curve,
    Row,
    Score,
    Unknown,
    shipped_ablations,
)
from core.translation.ablations import JOB, VARIANTS, AblationSettings, ablation_settings, command
from core.wording import LANGUAGES, wording
from tests.pages.reading import drawn, open_lesson, shown
from ui.translation.matter_own import KIND, SMALL

opened = partial(open_lesson, "04_translation", view="matter")


@pytest.fixture(autouse=True)
def _own_home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of one test are not another's, and none runs: they wait in the queue."""
    monkeypatch.setenv("GLASSBOX_MAX_JOBS", "0")


def a_result(settings: AblationSettings) -> AblationResult:
    """A result of the right form; what the numbers are worth is not this file's business."""
    rows = []
    for place, variant in enumerate(settings.to_run):
        value = -1.5 * place
        difference = Estimate(value, value - 1, value + 1) if place else None
        score = Score(Estimate(30 + value, 29 + value, 31 + value), 50, difference, 0.5 if place else None, 1)
        curve = Curve((0.5, 1.0), (4.0, 3.0 + place)) if VARIANTS[variant].trained else Curve((), ())
        share = Unknown(0.03, 0.02, 0.01) if VARIANTS[variant].words else Unknown(0, 0, 0)
        examples = (f"written by {variant}", "the same")
        made = command(settings, variant)
        rows.append(Row(variant, made, {}, 1000, 600, 9, 60.0, 8.0 + place, score, share, curve, examples))
    return AblationResult(
        command(settings), json.loads(json.dumps(asdict(settings))), settings.data, 29_000, 1_014, 100,
        "nrefs:1", ("Erster Satz.", "Zweiter Satz."), ("First sentence.", "Second sentence."),
        {"python": "3", "torch": "2", "sacrebleu": "2"}, "x86_64", 2, 1, True, "2026-01-02", tuple(rows),
    )  # fmt: skip


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AblationResult:
    result = a_result(AblationSettings())
    return shipped_as(result, tmp_path, monkeypatch)


def shipped_as(result: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = tmp_path / "published.json"
    if result is not None:
        path.write_text(json.dumps(asdict(result)))
    monkeypatch.setattr(ablation_result, "SHIPPED", path)
    shipped_ablations.cache_clear()
    return result


@pytest.fixture(autouse=True)
def _forget_after():
    yield
    shipped_ablations.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_published_result_is_read_whole(language: str, published: AblationResult):
    page = opened(language)
    assert not page.error
    text = shown(page)
    assert wording("translation.matter.lead", language) in text
    (table,) = (frame.value for frame in page.dataframe)
    assert len(table) == len(VARIANTS)
    assert set(table.iloc[:, 0]) == {
        wording(f"translation.matter.name.{name}", language) for name in VARIANTS
    }
    words = drawn(page, "translation.matter.published.sentences.0")["tokens"]
    assert "".join(token["text"] for token in words).split() == ["written", "by", "baseline"]
    assert published.command in text
    assert published.date in text
    worst = published.by_difference[0]
    assert page.button_group(key="translation.matter_variant").value == worst.variant
    assert any(worst.command in code.value for code in page.code)
    assert "{" not in text


def test_choosing_a_variant_says_what_it_is_and_what_was_measured(published: AblationResult):
    page = opened(matter_variant="words")
    text = shown(page)
    assert wording("translation.matter.why.words") in text
    assert "3.0%" in text
    page.button_group(key="translation.matter_variant").set_value("no_positions").run()
    assert not page.exception
    text = shown(page)
    assert "set" in wording("translation.matter.why.no_positions")
    assert wording("translation.matter.why.no_positions") in text
    row = published.of("no_positions")
    assert row is not None
    assert f"{row.score.bleu.value:.2f} instead of 30.00" in text
    page.button_group(key="translation.matter_variant").set_value("post_norm_no_warmup").run()
    assert "added up" in shown(page)


def test_another_sentence_by_all(published: AblationResult):
    page = opened()
    page.selectbox(key="translation.matter.published.sentence").set_value(1).run()
    assert not page.exception
    assert "Second sentence." in shown(page)
    words = drawn(page, "translation.matter.published.sentences.0")["tokens"]
    assert [token["text"].strip() for token in words] == ["the", "same"]
    everyone = wording("translation.matter.sentences.between").join(
        wording(f"translation.matter.name.{row.variant}")
        for row in (published.baseline, *reversed(published.by_difference))
    )
    assert everyone in shown(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_published_result_the_command_stands_there(language: str, tmp_path: Path, monkeypatch):
    shipped_as(None, tmp_path, monkeypatch)
    monkeypatch.setattr("ui.translation.matter.SHIPPED", ablation_result.PROJECT_FOLDER / "a" / "b.json")
    page = opened(language)
    assert not page.error
    assert wording("translation.matter.empty", language, path="a/b.json") in shown(page)
    assert page.code[0].value == JOB
    assert not page.dataframe


def test_a_damaged_published_result_is_said(tmp_path: Path, monkeypatch):
    shipped_as(None, tmp_path, monkeypatch)
    ablation_result.SHIPPED.write_text('{"rows": []}')
    assert "published.json" in opened().error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_run_waits_to_be_started_and_takes_its_link(language: str):
    page = opened(
        language, matter_source="own", matter_pairs="500", matter_width="32", matter_variants="words,greedy"
    )
    text = shown(page)
    assert wording("translation.matter.own.empty", language) in text
    assert wording("translation.matter.own.work", language, trainings=2, pairs=500, epochs=6) in text
    page.button(key="translation.matter.job.start").click().run()
    assert not page.exception
    (job,) = all_jobs()
    assert (job.kind, job.parameters["variants"]) == (KIND, ["baseline", "greedy", "words"])
    assert (job.parameters["data"], job.parameters["pairs"], job.parameters["width"]) == ("grammar", 500, 32)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_of_ones_own_grows_and_then_stands_there_whole(language: str):
    page = opened(language, matter_source="own")
    page.button(key="translation.matter.job.start").click().run()
    (job,) = all_jobs()
    values = {"time": 1.0, "event": "progress", "message_key": "translation.matter.training.baseline"}
    append_event(job.folder, {**values, "done": 0.5, "total": 9.0, "values": {"baseline": 4.2}})
    page.run()
    assert wording("translation.matter.curves.live_caption", language) in shown(page)
    job.result_folder.mkdir(exist_ok=True)
    result = a_result(ablation_settings(job.parameters))
    (job.result_folder / RESULT_FILE).write_text(json.dumps(asdict(result)))
    append_event(job.folder, {"event": "ended", "time": 2.0, "status": "done", "reason": None})
    page.run()
    assert not page.exception
    assert not page.error
    assert len(page.dataframe[0].value) == len(result.rows)
    (job.result_folder / RESULT_FILE).write_text("{}")
    page.run()
    assert RESULT_FILE in page.error[0].value


def test_a_width_that_the_heads_do_not_divide_is_refused_and_cannot_be_started():
    page = opened(matter_source="own", matter_width="34")
    assert "34" in page.error[0].value
    assert page.button(key="translation.matter.job.start").disabled


def test_a_link_with_nonsense_is_refused_in_words(published: AblationResult):
    page = opened(matter_source="theirs", matter_variants="baseline,two_heads", matter_pairs="1e9")
    text = shown(page)
    for name in ("matter_source", "matter_variants", "matter_pairs"):
        assert name in text
    assert wording("translation.matter.guess") in text


def test_the_pages_settings_are_a_whole_experiment():
    assert ablation_settings({**SMALL, "pairs": 3000, "epochs": 6, "width": 64, "seed": 0}).data == "grammar"
    assert RESULT_FILE == "ablations.json"
