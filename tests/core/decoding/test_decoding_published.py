"""The published comparison: its plan, its counts, its resuming, and the figures it is put beside."""

import csv
import io
import json
import math

import pytest

from core.decoding import published_job
from core.decoding.perplexity import perplexity
from core.decoding.prompts import OPENINGS_FILE, file_hash, openings
from core.decoding.published import (
    MAX_NEW_TOKENS,
    PUBLISHED,
    PUBLISHED_HUMAN,
    RESULT_FILE,
    methods,
    read_result,
    read_shipped_result,
)
from core.decoding.repetition import is_repetitive
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.intervals import wilson_interval
from core.jobs.context import JobCancelled, JobContext

SMALL = {"openings": 3, "max_new_tokens": 18, "batch": 32}


def job_context(folder, parameters=SMALL, **more) -> JobContext:
    (folder / "checkpoint").mkdir(exist_ok=True)
    (folder / "result").mkdir(exist_ok=True)
    return JobContext(parameters, folder / "checkpoint", folder / "result", **more)


@pytest.fixture(scope="module")
def finished(tiny_language_model, tmp_path_factory):
    """A small comparison run to its end; the folder of the job."""
    folder = tmp_path_factory.mktemp("published")
    published_job.compare_as_published(job_context(folder), tiny_language_model)
    return folder


def counted(comparison) -> list[tuple]:
    """All that does not depend on the clock."""
    return [
        (t.method, t.opening, t.tokens, t.ended, t.repetitive, round(t.negative_log_likelihood, 3))
        for t in comparison.texts
    ]


def test_published_figures_are_those_of_table_1():
    repetition = {name: row.repetition for name, row in PUBLISHED.items()}
    assert repetition == {
        "greedy": 73.66,
        "beam_16": 28.94,
        "sampling": 0.22,
        "top_k_40": 0.78,
        "top_k_640": 0.28,
        "top_p_095": 0.36,
    }
    assert (PUBLISHED_HUMAN.perplexity, PUBLISHED_HUMAN.self_bleu, PUBLISHED_HUMAN.repetition) == (
        12.38,
        0.31,
        0.28,
    )
    assert PUBLISHED.keys() == methods().keys()


def test_methods_are_those_of_the_paper():
    ways = methods()
    assert ways["beam_16"].num_beams == 16
    assert (ways["top_k_40"].top_k, ways["top_k_640"].top_k, ways["top_p_095"].top_p) == (40, 640, 0.95)
    assert ways["sampling"] == DecodingSettings("sample", max_new_tokens=200)
    assert all(way.stop_at_end and way.max_new_tokens == 200 for way in ways.values())


def test_plan_reads_every_opening_once_a_method_and_never_mixes_lengths():
    lengths = [3, 4, 3, 3, 5, 4, 3]
    batches = published_job.plan(lengths, methods(), 48, 240)
    for name, way in methods().items():
        own = [batch.indices for batch in batches if batch.method == name]
        assert sorted(index for indices in own for index in indices) == list(range(7))
        assert all(len({lengths[index] for index in indices}) == 1 for indices in own)
        assert max(map(len, own)) == (3 if way.strategy == "beam" else 4)


def test_result_has_a_text_for_each_opening_and_method(finished):
    comparison = read_result(finished / "result" / RESULT_FILE)
    assert [(row.name, row.texts) for row in comparison.methods] == [(name, 3) for name in methods()]
    assert {text.opening for text in comparison.texts} == {opening.id for opening in openings()[:3]}
    assert comparison.prompts_sha256 == file_hash(OPENINGS_FILE)
    assert comparison.parameters == {"model": "smollm2-135m", "seed": 0, "beam_texts": 200} | SMALL
    assert comparison.seconds > 0


def test_counts_follow_from_the_texts(finished, tiny_language_model):
    comparison = read_result(finished / "result" / RESULT_FILE)
    state = json.loads((finished / "checkpoint" / "state.json").read_text())
    for row in comparison.methods:
        own = [text for text in state["texts"] if text["method"] == row.name]
        repetitive = sum(is_repetitive(text["ids"]) for text in own)
        assert row.repetition == wilson_interval(repetitive, 3)
        likelihoods = 0.0
        for text in own:
            prompt = tiny_language_model.encode(openings()[text["opening"]].text)
            likelihoods += len(text["ids"]) * math.log(perplexity(tiny_language_model, prompt, text["ids"]))
        tokens = sum(len(text["ids"]) for text in own)
        assert row.perplexity.value == pytest.approx(math.exp(likelihoods / tokens), rel=1e-4)
        assert row.mean_tokens == tokens / 3
        assert not any(set(text["ids"]) & set(tiny_language_model.end_ids) for text in own)


def test_texts_are_written_as_a_table(finished):
    rows = list(csv.DictReader(io.StringIO((finished / "result" / "published_texts.csv").read_text())))
    assert len(rows) == 3 * len(methods())
    assert {row["prompt"] for row in rows} == {opening.text for opening in openings()[:3]}


def test_cancelled_job_goes_on_and_ends_the_same(finished, tiny_language_model, tmp_path, monkeypatch):
    cancelled: list[bool] = []
    context = job_context(tmp_path, cancelled=lambda: bool(cancelled))
    saved = context.save_checkpoint

    def cancel_after_four(state):
        saved(state)
        if state["batches"] == 4:
            cancelled.append(True)

    monkeypatch.setattr(context, "save_checkpoint", cancel_after_four)
    with pytest.raises(JobCancelled):
        published_job.compare_as_published(context, tiny_language_model)
    assert not list((tmp_path / "result").iterdir())
    published_job.compare_as_published(job_context(tmp_path), tiny_language_model)
    resumed = read_result(tmp_path / "result" / RESULT_FILE)
    assert counted(resumed) == counted(read_result(finished / "result" / RESULT_FILE))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"openings": 1}, "openings is 1"),
        ({"openings": 10_000}, "openings is 10000"),
        ({"max_new_tokens": 5000}, "max_new_tokens is 5000"),
        ({"batch": 0}, "batch is 0"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"batch": True}, "batch is True"),
        ({"model": 7}, "Cannot use these parameters: model"),
        ({"code": "x"}, "Cannot use these parameters: code"),
    ],
)
def test_parameters_are_checked(tmp_path, tiny_language_model, parameters, message):
    with pytest.raises(GlassboxError, match=message):
        published_job.compare_as_published(job_context(tmp_path, parameters), tiny_language_model)


def test_result_that_contradicts_its_texts_is_refused(finished, tmp_path):
    value = json.loads((finished / "result" / RESULT_FILE).read_text())
    value["methods"][0]["repetitive"] += 1
    path = tmp_path / RESULT_FILE
    path.write_text(json.dumps(value))
    with pytest.raises(GlassboxError, match=r"methods\.greedy"):
        read_result(path)


def test_shipped_result_is_the_whole_comparison():
    comparison = read_shipped_result()
    assert comparison is not None
    assert comparison.prompts_sha256 == file_hash(OPENINGS_FILE)
    assert {row.name for row in comparison.methods} == PUBLISHED.keys()
    assert all(row.texts >= 200 for row in comparison.methods)
    lengths = {row.settings["max_new_tokens"] for row in comparison.methods}
    assert lengths == {comparison.parameters["max_new_tokens"]}
    assert lengths == {MAX_NEW_TOKENS}
    for row in comparison.methods:
        assert row.repetition == wilson_interval(row.repetitive, row.texts)
