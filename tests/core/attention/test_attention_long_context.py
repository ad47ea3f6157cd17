"""Reading past the trained length: equal to transformers' scaled rotations, resumable, shipped whole."""

import json

import pytest
import torch
from torch.nn import functional as F

from core.attention import long_context_job
from core.attention.long_context import (
    mean_by_position,
    rotation_tables,
    token_losses,
    with_rotation,
)
from core.attention.long_context_result import (
    BUCKET,
    RESULT_FILE,
    SCHEMES,
    SHIPPED,
    against_unscaled,
    mean_between,
    parameters_from,
    ranges_of,
    read_result,
    shipped_result,
    table,
)
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.wording import words_in

SETTINGS = {"length": 512, "schemes": ["unscaled", "ntk"]}


def job_context(folder, parameters=SETTINGS, **more) -> JobContext:
    return JobContext(parameters, folder / "checkpoint", folder / "result", **more)


def transformers_losses(tiny_module, ids, rope) -> torch.Tensor:
    """The same weights in a fresh module whose configuration scales the rotation."""
    from transformers import LlamaConfig, LlamaForCausalLM

    settings = tiny_module.config.to_dict()
    settings["rope_parameters"] = {**settings["rope_parameters"], **rope}
    module = LlamaForCausalLM(LlamaConfig(**settings)).eval()
    module.load_state_dict(tiny_module.state_dict())
    text = torch.tensor(ids)
    with torch.inference_mode():
        return F.cross_entropy(module(text[None]).logits[0, :-1], text[1:], reduction="none")


@pytest.mark.parametrize(
    ("scheme", "rope"),
    [
        ("unscaled", {}),
        ("interpolation", {"rope_type": "linear", "factor": 2.0}),
        ("yarn", {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 256}),
        ("dynamic", {"rope_type": "dynamic", "factor": 1.0}),
    ],
)
def test_losses_past_the_context_are_those_of_transformers(
    scheme, rope, tiny_language_model, tiny_module
) -> None:
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 128, (400,), generator=generator).tolist()
    model = with_rotation(tiny_language_model, rotation_tables(tiny_language_model, scheme, 2.0, len(ids)))
    torch.testing.assert_close(
        token_losses(model, ids), transformers_losses(tiny_module, ids, rope), atol=2e-4, rtol=1e-4
    )


def test_another_rotation_leaves_the_shared_model_as_it_was(tiny_language_model) -> None:
    before = token_losses(tiny_language_model, list(range(3, 60)))
    turned = with_rotation(
        tiny_language_model, rotation_tables(tiny_language_model, "interpolation", 4.0, 300)
    )
    assert turned.context_length == 300
    assert not torch.allclose(token_losses(turned, list(range(3, 60))), before, atol=1e-3)
    assert tiny_language_model.context_length == 256
    torch.testing.assert_close(token_losses(tiny_language_model, list(range(3, 60))), before)


def test_rope_sees_distances_only_so_a_later_start_changes_nothing(tiny_language_model) -> None:
    ids = list(range(3, 100))
    own = token_losses(tiny_language_model, ids)
    tables = rotation_tables(tiny_language_model, "unscaled", 1.0, len(ids), start=500)
    torch.testing.assert_close(
        token_losses(with_rotation(tiny_language_model, tables), ids), own, atol=1e-3, rtol=1e-3
    )


def test_the_means_by_position_are_those_of_the_tokens() -> None:
    losses = torch.arange(11, dtype=torch.float32)
    assert mean_by_position(losses, 4) == pytest.approx((1.0, 4.5, 8.5))


@pytest.fixture(scope="module")
def finished(tiny_language_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("long-context")
    long_context_job.measure(job_context(folder), tiny_language_model)
    return read_result(folder / "result" / RESULT_FILE)


def test_a_cancelled_job_goes_on_and_finds_the_same(finished, tiny_language_model, tmp_path) -> None:
    asked = iter(range(100))
    first = job_context(tmp_path, cancelled=lambda: next(asked) == 3)
    with pytest.raises(JobCancelled):
        long_context_job.measure(first, tiny_language_model)
    kept = json.loads((tmp_path / "checkpoint" / "state.json").read_text())
    assert [run["scheme"] for run in kept["runs"]] == ["unscaled"]
    long_context_job.measure(job_context(tmp_path), tiny_language_model)
    resumed = read_result(tmp_path / "result" / RESULT_FILE)
    assert [(run.scheme, run.losses) for run in resumed.runs] == [
        (run.scheme, run.losses) for run in finished.runs
    ]


def test_the_progress_names_the_rotation_at_work(tiny_language_model, tmp_path) -> None:
    events: list[dict] = []
    context = job_context(tmp_path, report=events.append)
    long_context_job.measure(context, tiny_language_model)
    context.send_progress()
    assert events[-1]["done"] == events[-1]["total"] == 2 * 512
    assert events[-1]["message_key"] == "attention.experiment.reading.ntk"


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"length": 1000}, "multiple of 256"),
        ({"length": True}, "length"),
        ({"factor": 0.5}, "factor"),
        ({"factor": "2"}, "factor"),
        ({"schemes": ["rope"]}, "unscaled, interpolation"),
        ({"schemes": []}, "at least one"),
        ({"schemes": "yarn"}, "schemes must be a list"),
        ({"windows": 3}, "Unknown setting: windows"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_sentence(settings, word) -> None:
    with pytest.raises(GlassboxError, match=word):
        parameters_from(settings)


def test_a_text_that_is_too_short_says_so(tiny_language_model, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(long_context_job, "paragraphs", lambda: ["short"])
    with pytest.raises(GlassboxError, match="5 tokens"):
        long_context_job.measure(job_context(tmp_path), tiny_language_model)


def test_a_result_that_lacks_buckets_is_refused(tmp_path) -> None:
    value = json.loads(SHIPPED.read_text(encoding="utf-8"))
    value["runs"][0]["losses"].pop()
    (tmp_path / "damaged.json").write_text(json.dumps(value))
    with pytest.raises(GlassboxError, match=r"damaged\.json"):
        read_result(tmp_path / "damaged.json")


def test_the_shipped_result_is_whole_and_names_its_command() -> None:
    result = shipped_result()
    assert result.command == "python -m core job attention.long_context"
    assert parameters_from(result.parameters).length == result.length > result.context == 8192
    assert tuple(run.scheme for run in result.runs) == SCHEMES
    assert all(len(run.losses) == result.length // BUCKET for run in result.runs)
    assert result.versions.keys() == {"python", "torch"}
    assert len(result.text_sha256) == len(result.model_sha256) == 64


def test_the_shipped_result_shows_what_the_page_says_of_it() -> None:
    """As trained the loss drifts up past 8,192; interpolation costs most before, NTK and YaRN hardly."""
    result = shipped_result()
    *_, (low, high) = ranges_of(result)
    within = {scheme: mean_between(result, scheme, 4096, 8192) for scheme in SCHEMES}
    beyond = {scheme: mean_between(result, scheme, low, high) for scheme in SCHEMES}
    assert beyond["unscaled"] > within["unscaled"] + 0.3
    assert beyond["yarn"] < beyond["unscaled"] - 0.1
    assert within["interpolation"] > within["yarn"] + 0.3


def test_the_difference_to_the_rotation_as_trained_is_zero_for_itself() -> None:
    result = shipped_result()
    assert set(against_unscaled(result, "unscaled")) == {0.0}
    yarn = against_unscaled(result, "yarn")
    assert yarn[0] == pytest.approx(result.of("yarn").losses[0] - result.of("unscaled").losses[0])


def test_the_table_has_a_row_for_each_rotation_and_a_column_for_each_range() -> None:
    rows = table(shipped_result(), words_in("en"))
    assert len(rows) == len(SCHEMES)
    assert list(rows[0])[1:] == ["0 to 4095", "4096 to 8191", "8192 to 10239", "10240 to 12287"]
