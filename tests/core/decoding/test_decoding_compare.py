"""Comparing ways of decoding: the right texts, the right sums, and a job that goes on where it stopped."""

import csv
import io
import json
import math
import re

import pytest

from core.decoding import compare_job
from core.decoding.compare import compare, label_of, measure_text
from core.decoding.comparison import read_comparison
from core.decoding.diversity import self_bleu
from core.decoding.generate import generate
from core.decoding.perplexity import perplexity
from core.decoding.repetition import rep_n
from core.decoding.settings import DecodingSettings
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.wording import words_in

GREEDY = DecodingSettings(max_new_tokens=12)
SAMPLE = DecodingSettings("sample", max_new_tokens=12, top_k=20)
BEAM = DecodingSettings("beam", max_new_tokens=8, num_beams=3)
CONTRASTIVE = DecodingSettings("contrastive", max_new_tokens=8)
PROMPTS = ("hello there", "=1+1 is")
PARAMETERS = {
    "prompts": list(PROMPTS),
    "settings": [
        {"strategy": "greedy", "max_new_tokens": 12},
        {"strategy": "sample", "max_new_tokens": 12, "top_k": 20},
    ],
    "seeds": [3, 4, 5],
}


@pytest.fixture(scope="module")
def comparison(tiny_language_model):
    return compare(tiny_language_model, PROMPTS, [GREEDY, SAMPLE, BEAM, CONTRASTIVE], [3, 4, 5])


def test_a_text_for_each_prompt_and_where_something_is_drawn_for_each_seed(comparison):
    counted = {summary.label: summary.texts for summary in comparison.summaries}
    assert counted == {"greedy": 2, "sample top_k=20": 6, "beam num_beams=3": 2, "contrastive": 2}
    assert len(comparison.rows) == 12


def test_sampled_rows_are_those_of_each_seed_alone(comparison, tiny_language_model):
    for row in comparison.rows:
        if row.setting == 1:
            alone = generate(
                tiny_language_model,
                PROMPTS[row.prompt],
                DecodingSettings("sample", 12, top_k=20, seed=row.seed),
            )
            assert row.text == alone.text


def test_summaries_are_means_of_their_rows(comparison):
    for summary in comparison.summaries:
        rows = [row for row in comparison.rows if row.setting == summary.setting]
        tokens = sum(len(row.token_ids) for row in rows)
        assert summary.rep_2.value == pytest.approx(sum(rep_n(row.token_ids, 2) for row in rows) / len(rows))
        assert summary.repetition.value == sum(row.repetitive for row in rows) / len(rows)
        nll = sum(row.negative_log_likelihood for row in rows)
        assert summary.perplexity.value == pytest.approx(math.exp(nll / tokens))
        assert summary.mean_tokens == tokens / len(rows)
        for name in ("rep_2", "rep_3", "rep_4", "distinct_2", "entropy", "perplexity", "repetition"):
            estimate = getattr(summary, name)
            assert estimate.low <= estimate.value + 1e-12
            assert estimate.value <= estimate.high + 1e-12


def test_rows_know_their_perplexity(comparison, tiny_language_model):
    for row in comparison.rows:
        prompt = tiny_language_model.encode(PROMPTS[row.prompt])
        assert row.perplexity == pytest.approx(
            perplexity(tiny_language_model, prompt, row.token_ids), rel=1e-4
        )


def test_self_bleu_is_taken_between_the_seeds_of_a_prompt(comparison):
    sampled = comparison.summaries[1]
    by_prompt = [[r.token_ids for r in comparison.rows if (r.setting, r.prompt) == (1, p)] for p in (0, 1)]
    assert sampled.self_bleu == pytest.approx(sum(map(self_bleu, by_prompt)) / 2)
    assert comparison.summaries[0].self_bleu is None


def test_end_token_is_not_measured(tiny_language_model):
    for seed in range(200):
        generation = generate(tiny_language_model, "hello", DecodingSettings("sample", 60, seed=seed))
        if generation.finished:
            break
    row = measure_text(generation, 0, 0)
    assert row.ended
    assert row.token_ids == generation.token_ids[:-1]


def test_flat_rows_are_a_table(comparison):
    rows = comparison.flat_rows()
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert rows[0]["setting"] == "greedy"
    assert rows[0]["prompt"] == "hello there"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_are_headed_in_the_readers_language(comparison, language):
    words = words_in(language)
    ways = comparison.table(words)
    assert [row[words("decoding.measures.column.way")] for row in ways] == [
        summary.label for summary in comparison.summaries
    ]
    shown = ways[1][words("decoding.measures.name.rep_2")]
    value, low, high = (float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e-\d+)?", shown))
    assert low <= value <= high
    assert value == pytest.approx(comparison.summaries[1].rep_2.value, abs=5e-3)
    texts = comparison.text_table(words)
    assert texts[0][words("decoding.measures.column.text")] == comparison.rows[0].text
    assert texts[0][words("decoding.measures.column.prompt")] == "hello there"


def test_label_names_what_is_not_the_default():
    assert label_of(DecodingSettings()) == "greedy"
    assert (
        label_of(DecodingSettings("sample", temperature=0.7, min_p=0.05))
        == "sample temperature=0.7 min_p=0.05"
    )
    assert label_of(DecodingSettings("beam")) == "beam num_beams=4"
    assert label_of(DecodingSettings("beam", num_beams=8)) == "beam num_beams=8"


def test_stopping_keeps_what_is_complete(tiny_language_model):
    seen = []
    found = compare(
        tiny_language_model,
        PROMPTS,
        [GREEDY],
        [0],
        lambda done, total: seen.append((done, total)),
        lambda: len(seen) == 1,
    )
    assert seen == [(1, 2)]
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("prompts", "ways", "seeds"), [([], [GREEDY], [0]), (["x"], [], [0]), (["x"], [GREEDY], [])]
)
def test_nothing_to_compare_is_refused(tiny_language_model, prompts, ways, seeds):
    with pytest.raises(GlassboxError, match="nothing to compare"):
        compare(tiny_language_model, prompts, ways, seeds)


def job_context(folder, parameters, **more) -> JobContext:
    (folder / "checkpoint").mkdir(exist_ok=True)
    (folder / "result").mkdir(exist_ok=True)
    return JobContext(parameters, folder / "checkpoint", folder / "result", **more)


def without_time(comparison) -> list[tuple]:
    return [
        (r.setting, r.prompt, r.seed, r.token_ids, r.rep_4, r.entropy, r.perplexity) for r in comparison.rows
    ]


def test_job_writes_what_compare_returns(tiny_language_model, tmp_path):
    compare_job.run(job_context(tmp_path, PARAMETERS), tiny_language_model)
    written = read_comparison(tmp_path / "result" / compare_job.RESULT_FILE)
    direct = compare(tiny_language_model, PROMPTS, [GREEDY, SAMPLE], [3, 4, 5])
    assert without_time(written) == without_time(direct)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "result" / compare_job.CSV_FILE).read_text())))
    assert len(rows) == len(direct.rows)
    assert rows[-1]["prompt"] == "'=1+1 is"


def test_cancelled_job_goes_on_and_ends_the_same(tiny_language_model, tmp_path, monkeypatch):
    cancelled: list[bool] = []
    reports: list[dict] = []
    context = job_context(tmp_path, PARAMETERS, report=reports.append, cancelled=lambda: bool(cancelled))
    saved = context.save_checkpoint

    def cancel_after_two(state):
        saved(state)
        if state["cells"] == 2:
            cancelled.append(True)

    monkeypatch.setattr(context, "save_checkpoint", cancel_after_two)
    with pytest.raises(JobCancelled):
        compare_job.run(context, tiny_language_model)
    assert not list((tmp_path / "result").iterdir())

    measured = []
    original = compare_job.measure_cell

    def counting(*arguments):
        measured.append(arguments[1])
        return original(*arguments)

    monkeypatch.setattr(compare_job, "measure_cell", counting)
    compare_job.run(job_context(tmp_path, PARAMETERS), tiny_language_model)
    assert measured == [(0, 1), (1, 1)]
    written = read_comparison(tmp_path / "result" / compare_job.RESULT_FILE)
    assert without_time(written) == without_time(
        compare(tiny_language_model, PROMPTS, [GREEDY, SAMPLE], [3, 4, 5])
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompts": []}, "prompts must be a list"),
        ({"prompts": "hello"}, "prompts must be a list"),
        ({"prompts": ["x"] * 241}, "prompts must be a list"),
        ({"seeds": [0.5]}, "seeds must be a list"),
        ({"seeds": [-1]}, "seeds must be a list"),
        ({"seeds": [True]}, "seeds must be a list"),
        ({"settings": {}}, "settings must be a list"),
        ({"settings": [{"top_p": 2}]}, "top_p is 2"),
        ({"settings": [{"colour": 2}]}, "Unknown setting"),
        ({"code": "x"}, "Cannot use these parameters: code"),
        ({"prompts": [""]}, "prompt"),
    ],
)
def test_job_refuses_what_it_cannot_use(tiny_language_model, tmp_path, change, message):
    with pytest.raises(GlassboxError, match=message):
        compare_job.run(job_context(tmp_path, PARAMETERS | change), tiny_language_model)
    assert not list((tmp_path / "result").iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        lambda value: value.pop("seeds"),
        lambda value: value["rows"][0].pop("rep_2"),
        lambda value: value["rows"][0].update(rep_2="0.5"),
        lambda value: value["rows"][0].update(ended=1),
        lambda value: value["summaries"][0]["rep_2"].update(low=math.inf),
        lambda value: value.update(extra=1),
    ],
)
def test_damaged_result_is_refused(tiny_language_model, tmp_path, damage):
    compare_job.run(job_context(tmp_path, PARAMETERS), tiny_language_model)
    path = tmp_path / "result" / compare_job.RESULT_FILE
    value = json.loads(path.read_text())
    damage(value)
    path.write_text(json.dumps(value))
    with pytest.raises(GlassboxError, match="not a complete result"):
        read_comparison(path)


def test_missing_result_is_refused(tmp_path):
    with pytest.raises(GlassboxError, match="not a complete result"):
        read_comparison(tmp_path / "no.json")
