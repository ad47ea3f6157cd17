"""The ablation: one thing changed at a time, resumable inside and between variants, scored honestly."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.translation.ablation_data import ablation_data
from core.translation.ablation_job import run
from core.translation.ablation_result import (
    RESULT_FILE,
    SHIPPED,
    AblationResult,
    read_ablations,
    shipped_ablations,
    verdict,
)
from core.translation.ablation_scores import score_against
from core.translation.ablations import (
    VARIANTS,
    AblationSettings,
    ablation_settings,
    command,
    starts,
)
from core.translation.build import build_model

TINY: dict[str, Any] = {
    "data": "grammar",
    "pairs": 200,
    "validation_pairs": 20,
    "vocabulary_size": 300,
    "width": 16,
    "layers": 1,
    "heads": 2,
    "epochs": 2,
    "tokens_per_batch": 512,
    "warmup_steps": 4,
    "beam": 2,
    "variants": ["greedy", "averaged", "words", "no_positions"],
}


def done(folder: Path, parameters: dict[str, Any] = TINY, **context: Any) -> AblationResult:
    for name in ("checkpoint", "result"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    run(JobContext(parameters, folder / "checkpoint", folder / "result", **context))
    return read_ablations(folder / "result" / RESULT_FILE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> AblationResult:
    torch.set_num_threads(1)
    return done(tmp_path_factory.mktemp("ablation"))


def test_each_variant_changes_what_its_name_says_and_nothing_else():
    settings = AblationSettings()
    baseline = asdict(settings.model_settings("baseline")) | asdict(settings.training_settings("baseline"))
    changed = {}
    for name in VARIANTS:
        own = asdict(settings.model_settings(name)) | asdict(settings.training_settings(name))
        changed[name] = {field: value for field, value in own.items() if value != baseline[field]}
    assert changed == {
        "baseline": {},
        "greedy": {},
        "averaged": {},
        "words": {},
        "other_seed": {"seed": 1},
        "no_positions": {"positions": "none"},
        "one_head": {"heads": 1},
        "no_dropout": {"dropout": 0.0},
        "no_smoothing": {"label_smoothing": 0.0},
        "no_warmup": {"warmup_steps": 0},
        "post_norm": {"norm": "post"},
        "post_norm_no_warmup": {"norm": "post", "warmup_steps": 0},
    }


def test_variants_start_from_the_same_parameters():
    settings = ablation_settings(TINY)
    baseline = build_model(settings.model_settings("baseline"), 0).state_dict()
    for name in ("no_positions", "one_head", "no_dropout"):
        other = build_model(settings.model_settings(name), 0).state_dict()
        assert all(torch.equal(baseline[key], other[key]) for key in baseline), name
    reseeded = build_model(settings.model_settings("other_seed"), 1).state_dict()
    assert not torch.equal(baseline["embedding.weight"], reseeded["embedding.weight"])


def test_the_defaults_are_the_published_size_and_multi30k():
    settings = AblationSettings()
    assert (settings.data, settings.width, settings.layers, settings.epochs) == ("multi30k", 128, 2, 6)
    assert settings.to_run == tuple(VARIANTS)
    assert command(settings) == "python -m core job translation.ablation"


def test_a_rows_command_asks_for_the_baseline_and_that_row():
    asked = command(ablation_settings(TINY), "words")
    settings = json.loads(asked.split("'")[1])
    assert settings["variants"] == ["baseline", "words"]
    assert ablation_settings(settings) == replace(ablation_settings(TINY), variants=("baseline", "words"))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"data": "/etc"}, "multi30k, grammar"),
        ({"pairs": 3}, "pairs"),
        ({"pairs": "many"}, "pairs"),
        ({"beam": 1}, "beam"),
        ({"heads": True}, "heads"),
        ({"width": "wide"}, "width"),
        ({"width": 17}, "17"),
        ({"epochs": 0}, "epochs"),
        ({"variants": ["two_heads"]}, "one_head"),
        ({"variants": ["words", "words"]}, "one_head"),
        ({"variants": "words"}, "one_head"),
        ({"variants": [["words"]]}, "one_head"),
        ({"folder": "/"}, "folder"),
    ],
)
def test_impossible_settings_are_refused_by_name(wrong: dict[str, Any], named: str):
    with pytest.raises(GlassboxError, match=named):
        ablation_settings({**TINY, **wrong})


def test_every_variant_is_scored_on_the_same_sentences(whole: AblationResult):
    assert [row.variant for row in whole.rows] == ["baseline", "greedy", "averaged", "no_positions", "words"]
    assert (whole.training_pairs, whole.validation_pairs, whole.data) == (200, 20, "grammar")
    assert whole.baseline.score.difference is None
    for row in whole.rows[1:]:
        difference = row.score.difference
        assert difference is not None
        expected = row.score.bleu.value - whole.baseline.score.bleu.value
        assert difference.value == pytest.approx(expected, abs=1e-9)
        assert difference.low <= difference.high
    assert "nrefs:1" in whole.signature


def test_what_is_not_trained_uses_the_baselines_parameters(whole: AblationResult):
    greedy, averaged = whole.of("greedy"), whole.of("averaged")
    assert greedy is not None
    assert averaged is not None
    assert (greedy.batches, averaged.batches) == (0, 0)
    assert greedy.perplexity == whole.baseline.perplexity
    assert averaged.perplexity != whole.baseline.perplexity
    assert greedy.curve.losses == ()


def test_curves_fall_and_end_at_the_last_epoch(whole: AblationResult):
    for row in whole.rows:
        if row.batches:
            assert row.curve.epochs[-1] == TINY["epochs"]
            assert 6 * TINY["epochs"] <= len(row.curve.losses) <= 8 * TINY["epochs"]
            assert row.curve.losses[-1] < row.curve.losses[0], row.variant


def test_only_the_word_vocabulary_has_unknown_german_words(whole: AblationResult):
    words = whole.of("words")
    assert words is not None
    assert words.unknown.source > 0
    assert whole.baseline.unknown.source == 0
    assert words.changed == {"vocabulary": "words"}


def test_stopped_anywhere_it_goes_on_to_the_same_result(tmp_path: Path, whole: AblationResult):
    for stop in (10, 9, 7):
        asked = iter([False] * stop + [True] * 100_000)
        with pytest.raises(JobCancelled):
            done(tmp_path, cancelled=lambda asked=asked: next(asked))
    again = done(tmp_path)
    for one, other in zip(whole.rows, again.rows, strict=True):
        assert one.curve.losses == pytest.approx(other.curve.losses, rel=1e-5), one.variant
        assert one.perplexity == pytest.approx(other.perplexity, rel=1e-5)
        assert (one.batches, one.score, one.examples) == (other.batches, other.score, other.examples)


def test_progress_reaches_its_end_and_names_each_variant(tmp_path: Path):
    events: list[dict[str, Any]] = []
    parameters = {**TINY, "epochs": 1, "variants": ["no_warmup"]}
    for name in ("checkpoint", "result"):
        (tmp_path / name).mkdir()
    context = JobContext(parameters, tmp_path / "checkpoint", tmp_path / "result", events.append)
    run(context)
    context.send_progress()
    assert events[-1]["done"] == events[-1]["total"] == 4
    begun = starts(ablation_settings(parameters))
    for event in events:
        kind, variant = event["message_key"].split(".")[2:]
        assert kind in ("training", "scoring")
        assert event["done"] >= begun[variant]
    reported = {name for event in events for name in event["values"]}
    assert reported == {"baseline", "no_warmup"}


def test_a_difference_of_the_same_translations_is_nothing_and_of_worse_ones_is_decided():
    references = [f"a man number {number} walks over the bridge ." for number in range(40)]
    worse = [sentence.replace("bridge", "river") for sentence in references]
    same = score_against(references, references, references).difference
    assert same is not None
    assert (same.value, same.low, same.high) == (0, 0, 0)
    score = score_against(worse, references, references)
    assert score.difference is not None
    assert score.difference.high < 0
    assert score.p_value is not None
    assert score.p_value < 0.01


def test_multi30k_that_is_not_there_says_what_to_do(empty_home: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GLASSBOX_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(GlassboxError, match="Train your own"):
        ablation_data(AblationSettings())


def test_a_result_with_a_row_or_a_field_missing_is_refused(tmp_path: Path, whole: AblationResult):
    path = tmp_path / RESULT_FILE
    value = json.loads(json.dumps(asdict(whole)))
    broken: list[Any] = [
        {**value, "rows": value["rows"][1:]},
        {**value, "rows": value["rows"][:2]},
        {**value, "rows": [{**value["rows"][0], "examples": []}, *value["rows"][1:]]},
        {name: field for name, field in value.items() if name != "date"},
        {**value, "date": 7},
        [],
    ]
    for wrong in broken:
        path.write_text(json.dumps(wrong))
        with pytest.raises(GlassboxError):
            read_ablations(path)
    path.write_text("{")
    with pytest.raises(GlassboxError, match=RESULT_FILE):
        read_ablations(path)


def test_a_shipped_result_is_of_the_published_experiment():
    """Without the file there is nothing to check: the page says so, which its own test reads."""
    assert (shipped_ablations() is not None) == SHIPPED.exists()
    result = shipped_ablations()
    if result is None:
        return
    assert result.settings == json.loads(json.dumps(asdict(AblationSettings())))
    assert (result.data, result.training_pairs, result.validation_pairs) == ("Multi30k", 29_000, 1_014)
    assert [row.variant for row in result.rows] == list(VARIANTS)
    assert result.command == command(AblationSettings())
    assert all(row.command == command(AblationSettings(), row.variant) for row in result.rows)
    assert all(len(row.curve.losses) == 48 for row in result.rows if row.batches)
    assert {verdict(row) for row in result.rows[1:]} <= {"worse", "better", "open"}
    assert result.baseline.score.bleu.value > 20
